"""The numbers by which candidates are judged and recommended, each in this one place."""

MEETS = 0.8
"""Probability from which a candidate counts as meeting what is asked."""
TRIAL = 0.5
"""Probability from which a candidate is worth a trial."""
UNLIKELY = 0.3
"""Ways that are less likely are not shown."""
SAFETY = 1.1
"""Knee field H_k over the field against the magnet that a duty asks for."""
SAVING_WT_PCT = 0.3
SAVING_SHARE = 0.2
"""Least saving that is worth a change: heavy rare earth, wt.%, and share of today's."""
NONE_WT_PCT = 0.05
"""Heavy rare earth that does not count, wt.%."""
MOST_COST = 1.1
"""Largest cost per flux over today's, where neither profile nor user says otherwise."""
EQUAL_WT_PCT = 0.05
"""Exposures that differ by less than so much of today's heavy rare earth, wt.%, are equal."""
MOST_REMANENCE = 1.1
"""B_r over today's above which a circuit has to be laid out anew."""
