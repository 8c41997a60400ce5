"""Write compounds.csv: the compounds of the field at 4.2, 295, 450 and 573 K by the model.

``python datasets/magnetism/build.py``, after ``datasets/intrinsic/calibrate.py``.
"""

from pathlib import Path

from magnetkit.evaluation.magnetism.compounds import compound_table

if __name__ == "__main__":
    file = Path(__file__).with_name("compounds.csv")
    compound_table().to_csv(file, index=False, float_format="%.4g", lineterminator="\n")
