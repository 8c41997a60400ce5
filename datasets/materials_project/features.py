"""Print what crystals of a pull add to composition in learning Curie temperatures, by paper.

``MAGNETKIT_MIRROR=FOLDER python datasets/materials_project/features.py``; the mirror folder holds
the fetched table of Curie temperatures and crystals of the Materials Project. FEATURES.md keeps
what it printed.
"""

from magnetkit.evaluation.phases.crystals import crystals_beside_composition, mirror_crystals

if __name__ == "__main__":
    print(crystals_beside_composition(mirror_crystals()).round(3).to_string(index=False))
