CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE ban (network TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO secret VALUES ('cloak', x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
INSERT INTO ban VALUES ('192.0.2.0/24', 0);
INSERT INTO secret VALUES ('login', x'202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f');
CREATE TABLE account (key TEXT PRIMARY KEY, name TEXT NOT NULL,
 role INTEGER NOT NULL, email TEXT, made INTEGER NOT NULL, iterations INTEGER NOT NULL,
 salt BLOB NOT NULL, stored_key BLOB NOT NULL, server_key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE certificate (fingerprint TEXT PRIMARY KEY,
 account TEXT NOT NULL REFERENCES account ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX certificate_account ON certificate (account);
CREATE TABLE nickname (key TEXT PRIMARY KEY, name TEXT NOT NULL,
 account TEXT NOT NULL REFERENCES account ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX nickname_account ON nickname (account);
CREATE TABLE room (key TEXT PRIMARY KEY, name TEXT NOT NULL,
 founder TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
 modes TEXT NOT NULL, password TEXT, most INTEGER NOT NULL, topic TEXT, topic_by TEXT) WITHOUT ROWID;
CREATE INDEX room_founder ON room (founder);
CREATE TABLE room_mask (room TEXT NOT NULL REFERENCES room ON DELETE CASCADE,
 list TEXT NOT NULL, mask TEXT NOT NULL, setter TEXT NOT NULL, made INTEGER NOT NULL,
 PRIMARY KEY (room, list, mask)) WITHOUT ROWID;
INSERT INTO account VALUES ('anna', 'Anna', 2, NULL, 1588530120000000, 4096,
 zeroblob (16), zeroblob (32), zeroblob (32));
INSERT INTO nickname VALUES ('annette', 'Annette', 'anna');
INSERT INTO room (key, name, founder, modes, password, most)
 VALUES ('tea', 'Tea', 'anna', 'Pnt', NULL, 12);
INSERT INTO room_mask VALUES ('tea', 'b', '*!*@bad.example', 'Anna', 1588530120000000);
UPDATE room SET topic = 'Earl Grey', topic_by = 'Anna!~a@host.example';
CREATE TABLE marker (account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
 target TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (account, target)) WITHOUT ROWID;
INSERT INTO marker VALUES ('anna', '#tea', 1588530120000000);
PRAGMA application_id = 1398893618;
PRAGMA user_version = 3;
