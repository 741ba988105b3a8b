"""Masked-language-model training of the base: what is masked, what is kept, resuming."""

import numpy as np
import pytest

pytest.importorskip("torch")
import long_run
import pretrain

TEXT = "汀渚县卫健委总结。\n全县重点人群签约率68.3%，较上年提高2.1个百分点。\n" * 12


def test_windows_tile_every_document():
    starts = np.array([0, 7, 7 + 25, 7 + 25 + 4])
    for seed in range(5):
        firsts = pretrain.windows(starts, 10, np.random.default_rng(seed))
        covered = np.zeros(starts[-1], dtype=bool)
        for first in firsts:
            end = starts[np.searchsorted(starts, first, side="right")]
            covered[first : min(first + 10, end)] = True
        assert covered.all() and len(set(firsts)) == len(firsts)


def test_what_is_masked():
    rng = np.random.default_rng(0)
    batch = rng.integers(4, 90, (8, 64))
    batch[:, 0], batch[:, 40], batch[:, 41:] = (
        pretrain.START,
        pretrain.END,
        pretrain.PAD,
    )
    masked, labels = pretrain.mask(batch, 90, rng)
    chosen = labels >= 0
    assert (labels[chosen] == batch[chosen]).all()
    assert (masked[~chosen] == batch[~chosen]).all()
    assert not chosen[:, 0].any() and not chosen[:, 40:].any()
    fate = masked[chosen]
    assert (fate == pretrain.RARE).mean() == pytest.approx(0.8, abs=0.15)


def test_how_much_is_masked():
    rng = np.random.default_rng(0)
    batch = rng.integers(4, 90, (8, 64))
    share = (pretrain.mask(batch, 90, rng)[1] >= 0).mean(axis=1)
    assert (share >= 0.15).all() and (share <= 0.15 + 5 / 64).all()


@pytest.fixture
def prepared(tiny_base, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(TEXT, "utf8")
    (tmp_path / "held").mkdir()
    line = "这一行也在测量用的文本里，所以不能拿来训练，一个字也不行。"
    (tmp_path / "held" / "gold.txt").write_text(line, "utf8")
    (tmp_path / "texts" / "b.txt").write_text(TEXT + line + "\n", "utf8")
    pretrain.prepare(
        tmp_path / "ids",
        [tmp_path / "texts"],
        [tmp_path / "held"],
        tiny_base / "vocab.txt",
    )
    return tmp_path


def test_held_out_lines_are_left_out(prepared):
    starts = np.load(prepared / "ids" / "starts.npy")
    assert starts.tolist() == [0, len(TEXT), 2 * len(TEXT)]


def arguments(folder, base, steps):
    fields = {"folder": folder / "ids", "base": base, "output": folder / "out"}
    fields |= {"steps": steps, "batch": 2, "length": 64, "rate": 1e-3, "save": 2}
    return pretrain.argparse.Namespace(**fields, seed=1)


def test_a_run_that_was_cut_off_goes_on(prepared, tiny_base, capsys):
    from safetensors.torch import load_file

    args = arguments(prepared, tiny_base, 6)
    saved = []

    def cut(model, optimizer, path, step):
        save(model, optimizer, path, step)
        saved.append(step)
        if step == 4:
            raise KeyboardInterrupt

    save, long_run.save_state = long_run.save_state, cut
    try:
        with pytest.raises(KeyboardInterrupt):
            pretrain.train(args)
    finally:
        long_run.save_state = save
    assert (prepared / "out" / "state.safetensors").is_file()
    pretrain.train(args)
    assert saved == [2, 4]
    old, new = (
        load_file(folder / "model.safetensors") for folder in (tiny_base, args.output)
    )
    assert old.keys() == new.keys()
    words = "embeddings.word_embeddings.weight"
    assert (old[words] == new[words]).all()
    assert any((old[name] != new[name]).any() for name in old)
    assert not (args.output / "state.safetensors").exists()


def test_whole_words_are_masked_up_to_the_share():
    pytest.importorskip("spacy_pkuseg")
    from benchmarks.word_masks import by_words

    class Threes:
        """Cuts words of three characters."""

        def cut(self, text):
            return [text[i : i + 3] for i in range(0, len(text), 3)]

    chars = ["<s>", "<pad>", "</s>", "<unk>", *map(chr, range(0x4E00, 0x4E60))]
    ids = np.full(62, pretrain.PAD)
    ids[:50] = np.arange(4, 54)
    ids[0], ids[49] = pretrain.START, pretrain.END
    for seed in range(10):
        row = by_words(chars, Threes())(ids, np.random.default_rng(seed))
        assert 0.15 * 50 <= row.sum() <= 0.15 * 50 + 3
        assert not row[0] and not row[49:].any()
        inner = row[3:48].reshape(-1, 3)
        assert (inner.all(axis=1) | ~inner.any(axis=1)).all()
