-- What people read of the matters, windows and the notice, in another language; what has no row is shown as it is.
-- object: a matter's code, a window's number, a notice's version. field: the column it stands for.
CREATE TABLE translation (
  kind TEXT NOT NULL CHECK (kind IN ('matter', 'window', 'notice')),
  object TEXT NOT NULL,
  field TEXT NOT NULL,
  language TEXT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (kind, object, field, language)
);
