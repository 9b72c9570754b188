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

# The link that stands for whoever holds its secret: not over, not used, the referral as it was when it was made.
LINKS = """
CREATE FUNCTION casework_standing_link(held text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT l.id FROM casework_answerlink l
   WHERE l.secret_hash = held AND l.until > clock_now()
     AND l.answered = (SELECT count(*) FROM casework_referralanswer a WHERE a.referral_id = l.referral_id)
     AND NOT EXISTS (SELECT 1 FROM casework_referralrevocation r WHERE r.referral_id = l.referral_id)
$$;
"""

DEFINER_FUNCTIONS = ("casework_standing_link",)
