-- A supervisor may sign in too. A check cannot be changed in place: the tables are made anew around their rows.
ALTER TABLE staff_window RENAME TO staff_window_before;
ALTER TABLE staff RENAME TO staff_before;

CREATE TABLE staff (
  staff_no TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('clerk', 'auditor', 'supervisor')),
  password_hash TEXT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until_us BIGINT NOT NULL
);

CREATE TABLE staff_window (
  staff_no TEXT NOT NULL REFERENCES staff (staff_no),
  window_no BIGINT NOT NULL REFERENCES service_window (no),
  PRIMARY KEY (staff_no, window_no)
);

INSERT INTO staff (staff_no, role, password_hash, failures, locked_until_us)
  SELECT staff_no, role, password_hash, failures, locked_until_us FROM staff_before;
INSERT INTO staff_window (staff_no, window_no) SELECT staff_no, window_no FROM staff_window_before;

DROP TABLE staff_window_before;
DROP TABLE staff_before;
