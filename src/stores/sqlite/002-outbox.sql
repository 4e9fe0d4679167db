-- Whom to tell: notices until they are delivered. A row leaves when its target has taken the message.
-- Never edited after release: a change is the next numbered file.

CREATE TABLE outbox (
  id     TEXT PRIMARY KEY,
  "to"   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  notice TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_of ON outbox ("to", at, id);
