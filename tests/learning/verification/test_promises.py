from __future__ import annotations

import polars as pl
import pytest

from pimp_tui.learning.verification.promises import with_promises
from tests.learning.tables import FakeSession, table


@pytest.mark.slow
def test_what_a_screen_did_not_show_of_a_pick_is_predicted_without_it():
    rows = table(40)
    pick, other = rows["config_id"][3], rows["config_id"][5]
    spoilt = pl.when(pl.col("config_id").is_in([pick, other])).then(1e6)
    shown = {"value": 1.0, "lower": 0.5, "upper": 2.0}
    ways = {"energy_j": "min", "pass_at_1": "max", "nobody": "min"}
    truth = rows["energy_j"][3]
    session = FakeSession(rows.with_columns(energy_j=spoilt.otherwise(pl.col("energy_j"))))
    first, second = with_promises(
        session,
        [
            {"config_id": pick, "promised": {"pass_at_1": shown}, "objectives": ways},
            {"config_id": other, "promised": {}, "objectives": {"energy_j": "min"}},
        ],
    )
    assert first["promised"]["pass_at_1"] == shown and set(first["promised"]) == {
        "energy_j", "pass_at_1",
    }  # fmt: skip
    guess = first["promised"]["energy_j"]
    assert guess["value"] == pytest.approx(truth, rel=0.3), "not learnt from its measurement"
    assert guess["lower"] < guess["value"] < guess["upper"]
    assert set(second["promised"]) == {"energy_j"}
