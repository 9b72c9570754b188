"""The database's side of referrals: what belongs together."""

from __future__ import annotations

# Belongs to a referral of the same case.
OF_REFERRAL = (
    "casework_referralitem",
    "casework_referralline",
    "casework_referralanswer",
    "casework_referralrevocation",
)

_ID = """
ALTER TABLE casework_referral ADD CONSTRAINT casework_referral_id_case UNIQUE (id, case_id);
"""

KEYS = "\n".join(
    [
        _ID,
        *(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_case FOREIGN KEY (referral_id, case_id)"
            " REFERENCES casework_referral (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
            for table in OF_REFERRAL
        ),
    ]
)
