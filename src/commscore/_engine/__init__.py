"""Plan and blocks -> statuses, scores and findings: the bulk evaluator, all of it on integer arrays.

``_plan`` resolves a ruleset against the tables at hand. ``_kernel`` judges units (``_units``, ``_compounds``);
``_terms`` says what each adds to its areas, ``_areas`` adds up, ``_verdicts`` and ``_area_outcomes`` judge the
sums; ``_run`` drives both, block by block. ``_prices`` and ``_area_prices`` tell gaps and credits, ``_settle``
and ``_subjects`` what is shown and scored, ``_scoring`` the score models, ``_findings`` the long table.
``_integers`` keeps every number exact.
"""
