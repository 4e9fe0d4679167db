-- Everything that a shift leaves behind. States and logs are JSON; only what is asked for has a column of its own.
-- Never edited after release: a change is the next numbered file.

CREATE TABLE shifts (
  id         TEXT PRIMARY KEY,
  version    INTEGER NOT NULL,
  phase      TEXT NOT NULL,
  migration  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended      INTEGER NOT NULL CHECK (ended IN (0, 1)),
  state      TEXT NOT NULL
) STRICT;
CREATE INDEX shifts_open ON shifts (id) WHERE ended = 0;

CREATE TABLE events (
  shift TEXT NOT NULL REFERENCES shifts (id),
  seq   INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (shift, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE deeds (
  shift   TEXT NOT NULL REFERENCES shifts (id),
  version INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  seen    TEXT NOT NULL,
  PRIMARY KEY (shift, version)
) STRICT;

-- AUTOINCREMENT: a number is never given twice, not even after a delete.
CREATE TABLE commands (
  n        INTEGER PRIMARY KEY AUTOINCREMENT,
  shift    TEXT NOT NULL REFERENCES shifts (id),
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,
  "order"  TEXT NOT NULL,
  -- The version of the decision that consumed it; null while it is open.
  consumed INTEGER
) STRICT;
CREATE INDEX commands_open ON commands (shift, n) WHERE consumed IS NULL;

CREATE TABLE claims (
  route TEXT PRIMARY KEY,
  shift TEXT NOT NULL REFERENCES shifts (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_of ON claims (shift);

-- Every shift that ever held a route key, also after its claim was freed.
CREATE TABLE holders (
  route TEXT NOT NULL,
  shift TEXT NOT NULL REFERENCES shifts (id),
  PRIMARY KEY (route, shift)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  key    TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  shift  TEXT NOT NULL REFERENCES shifts (id),
  at     INTEGER NOT NULL
) STRICT;

-- The red button: at most one record.
CREATE TABLE stop (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  stop TEXT NOT NULL
) STRICT;
