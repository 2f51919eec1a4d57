-- What lets a session, its people and their pages go on after the daemon died.

ALTER TABLE session ADD COLUMN unrecorded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN held_at_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN hold_reason TEXT NOT NULL DEFAULT '';
-- How often it was brought back.
ALTER TABLE session ADD COLUMN runs BIGINT NOT NULL DEFAULT 0;

-- present: has come. left_at_us: 0 while it belongs to the session.
CREATE TABLE session_person (
  session TEXT NOT NULL REFERENCES session (id),
  participant TEXT NOT NULL,
  place BIGINT NOT NULL,
  role TEXT NOT NULL,
  subject TEXT NOT NULL,
  label TEXT NOT NULL,
  present BIGINT NOT NULL,
  left_at_us BIGINT NOT NULL,
  PRIMARY KEY (session, participant)
);

-- A page that may resume: one a person. The key itself is not kept.
CREATE TABLE page (
  role TEXT NOT NULL,
  subject TEXT NOT NULL,
  sid TEXT NOT NULL UNIQUE,
  key_sha256 TEXT NOT NULL,
  window_no BIGINT NOT NULL,
  session TEXT NOT NULL,
  since_s BIGINT NOT NULL,
  PRIMARY KEY (role, subject)
);

-- A one-time code that stands for a token. The code itself is not kept.
CREATE TABLE claim (
  code_sha256 TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  subject TEXT NOT NULL,
  window_no BIGINT NOT NULL,
  session TEXT NOT NULL,
  until_at_us BIGINT NOT NULL
);

-- When the hall was last seen alive while sessions ran.
CREATE TABLE pulse (
  name TEXT PRIMARY KEY,
  at_us BIGINT NOT NULL
);
