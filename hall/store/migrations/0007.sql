-- What a citizen's page found about its way to the server, by the code that is read to the hotline. Nothing of a person.
CREATE TABLE diag (
  code TEXT PRIMARY KEY,
  made_at_us BIGINT NOT NULL,
  report TEXT NOT NULL
);
