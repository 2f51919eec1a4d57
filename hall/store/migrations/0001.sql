-- Times are microseconds since 1970 UTC, days are local YYYYMMDD, flags are 0 or 1.

CREATE TABLE matter (
  code TEXT PRIMARY KEY,
  place BIGINT NOT NULL,
  letter TEXT NOT NULL,
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  department TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('consult', 'accept')),
  scope TEXT NOT NULL,
  channels TEXT NOT NULL,
  identity_level BIGINT NOT NULL,
  minutes BIGINT NOT NULL CHECK (minutes > 0),
  due_text TEXT NOT NULL,
  fee TEXT NOT NULL,
  delivery TEXT NOT NULL,
  guide TEXT NOT NULL,
  recording_required BIGINT NOT NULL
);

CREATE TABLE matter_question (
  matter TEXT NOT NULL REFERENCES matter (code),
  place BIGINT NOT NULL,
  question TEXT NOT NULL,
  PRIMARY KEY (matter, place)
);

-- how: photo, show, form or exempt (taken from shared data). condition: '' always, else when it is asked for.
CREATE TABLE matter_material (
  matter TEXT NOT NULL REFERENCES matter (code),
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('photo', 'show', 'form', 'exempt', 'act')),
  condition TEXT NOT NULL,
  PRIMARY KEY (matter, place)
);

CREATE TABLE service_window (
  no BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  channels TEXT NOT NULL
);

-- skill: a matter's code, a prefix with '*', or 'consult'. grade: 1 main, 2 secondary.
CREATE TABLE window_skill (
  window_no BIGINT NOT NULL REFERENCES service_window (no),
  grade BIGINT NOT NULL CHECK (grade IN (1, 2)),
  skill TEXT NOT NULL,
  PRIMARY KEY (window_no, grade, skill)
);

CREATE TABLE staff (
  staff_no TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('clerk', 'auditor')),
  password_hash TEXT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until_us BIGINT NOT NULL
);

CREATE TABLE staff_window (
  staff_no TEXT NOT NULL REFERENCES staff (staff_no),
  window_no BIGINT NOT NULL REFERENCES service_window (no),
  PRIMARY KEY (staff_no, window_no)
);

-- weekday: 1 Monday … 7 Sunday. Minutes since midnight.
CREATE TABLE opening_hour (
  weekday BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_minute BIGINT NOT NULL,
  to_minute BIGINT NOT NULL,
  PRIMARY KEY (weekday, from_minute)
);

CREATE TABLE notice (
  version TEXT PRIMARY KEY,
  words TEXT NOT NULL,
  since_us BIGINT NOT NULL
);

CREATE TABLE secret (
  name TEXT PRIMARY KEY,
  hex TEXT NOT NULL
);

CREATE TABLE ticket_counter (
  day BIGINT NOT NULL,
  letter TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (day, letter)
);

CREATE TABLE ticket (
  id TEXT PRIMARY KEY,
  citizen TEXT NOT NULL,
  day BIGINT NOT NULL,
  number TEXT NOT NULL,
  matter TEXT NOT NULL REFERENCES matter (code),
  notice_sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL,
  ready BIGINT NOT NULL,
  online BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  parked BIGINT NOT NULL,
  requeued BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  created_at_us BIGINT NOT NULL,
  due_at_us BIGINT NOT NULL,
  since_at_us BIGINT NOT NULL,
  offline_at_us BIGINT NOT NULL,
  no_show_at_us BIGINT NOT NULL,
  deadline_at_us BIGINT NOT NULL,
  served_at_us BIGINT NOT NULL,
  finished_at_us BIGINT NOT NULL,
  window_no BIGINT NOT NULL,
  target_window_no BIGINT NOT NULL,
  staff_no TEXT NOT NULL,
  session TEXT NOT NULL,
  result_code TEXT NOT NULL,
  result_note TEXT NOT NULL,
  UNIQUE (day, number)
);

CREATE INDEX ticket_by_citizen ON ticket (citizen, created_at_us);
CREATE INDEX ticket_by_state ON ticket (state);
CREATE INDEX ticket_by_window ON ticket (window_no, day);

CREATE TABLE ticket_missing (
  ticket TEXT NOT NULL REFERENCES ticket (id),
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (ticket, place)
);

-- ticket: '' for a session opened by the integrator.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  ticket TEXT NOT NULL,
  number TEXT NOT NULL,
  matter TEXT NOT NULL REFERENCES matter (code),
  recording_required BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('connecting', 'active', 'ended')),
  window_no BIGINT NOT NULL,
  staff_no TEXT NOT NULL,
  created_at_us BIGINT NOT NULL,
  started_at_us BIGINT NOT NULL,
  ended_at_us BIGINT NOT NULL,
  end_reason TEXT NOT NULL,
  result TEXT NOT NULL
);

CREATE INDEX session_by_time ON session (created_at_us);

-- A ticket has at most one session that has not ended.
CREATE UNIQUE INDEX session_live ON session (ticket) WHERE state <> 'ended' AND ticket <> '';

-- sha256 = SHA-256 (hex) over sha256 of the row before (64 zeros before the first), then seq, at_us, actor,
-- action, object and detail, each followed by a line feed. No field holds a line feed.
CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  sha256 TEXT NOT NULL
);
