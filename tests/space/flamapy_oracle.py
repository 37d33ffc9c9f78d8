"""Asks flamapy about models: run by an interpreter that has it, fed and answering by JSON.

flamapy is GPL and pins other versions than this project, so it is never imported by the tests
themselves, only run beside them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path


def main() -> None:
    from flamapy.metamodels.bdd_metamodel.operations import BDDConfigurationsNumber
    from flamapy.metamodels.bdd_metamodel.transformations import FmToBDD
    from flamapy.metamodels.fm_metamodel.transformations import UVLReader
    from flamapy.metamodels.pysat_metamodel.operations import (
        PySATCoreFeatures,
        PySATDeadFeatures,
        PySATSatisfiable,
    )
    from flamapy.metamodels.pysat_metamodel.transformations import FmToPysat

    answers = []
    for text, wants_count in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.uvl"
            path.write_text(text, encoding="utf-8")
            model = UVLReader(str(path)).transform()
            sat = FmToPysat(model).transform()
            answer = {
                "features": sorted(f.name for f in model.get_features()),
                "satisfiable": PySATSatisfiable().execute(sat).get_result(),
            }
            if answer["satisfiable"]:
                answer["core"] = sorted(map(str, PySATCoreFeatures().execute(sat).get_result()))
                answer["dead"] = sorted(map(str, PySATDeadFeatures().execute(sat).get_result()))
                if wants_count:
                    bdd = FmToBDD(model).transform()
                    answer["count"] = BDDConfigurationsNumber().execute(bdd).get_result()
            answers.append(answer)
    print("ANSWERS " + json.dumps(answers))


if __name__ == "__main__":
    main()
