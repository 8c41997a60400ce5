"""Write split.csv, the fold of each paper in the validation of Curie temperatures.

    python datasets/surrogates/build.py

Needs both fetched sets (`magnetkit data fetch curie`, or the mirror).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from magnetkit.learning.curie import NO_PAPER, curie_set, fold

if __name__ == "__main__":
    known = curie_set()
    papers = [group for group in np.unique(known.groups) if not group.startswith(NO_PAPER)]
    frame = pd.DataFrame({"paper": papers, "fold": [fold(paper) for paper in papers]})
    frame["source"] = "build.py: hash of the paper"
    frame.to_csv(Path(__file__).with_name("split.csv"), index=False, lineterminator="\n")
