"""A reliability plot: how often figures are right at the confidence they were given.

    python benchmarks/reliability.py docs/reliability.png "own test split=models/zh_baoshu/metrics.json"

Each further argument is NAME=FILE, a file that `baoshu evaluate --output FILE` wrote.
The area of a point is the number of figures in its bin.
"""

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt


def main(output: str, *named: str) -> None:
    figure, axes = plt.subplots(figsize=(5, 4.6))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="as confident as right")
    for name, file in (item.rsplit("=", 1) for item in named):
        fit = json.loads(Path(file).read_text("utf8"))["calibration"]
        x, y, n = zip(*(bin_.values() for bin_ in fit["bins"]), strict=True)
        line = axes.plot(x, y, linewidth=1, label=f"{name}: ECE {fit['ece']:.3f}")[0]
        area = [400 * size / sum(n) for size in n]
        axes.scatter(x, y, s=area, color=line.get_color(), alpha=0.6)
    axes.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share of right facts"
    )
    axes.legend(loc="upper left", frameon=False)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
