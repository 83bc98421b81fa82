CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
INSERT INTO meta VALUES ('uuid', '00112233445566778899aabbccddeeff');
CREATE TABLE room (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE entry (
 seq INTEGER PRIMARY KEY AUTOINCREMENT,
 time INTEGER NOT NULL,
 room INTEGER REFERENCES room (id),
 kind TEXT NOT NULL,
 name TEXT,
 address TEXT,
 text TEXT);
CREATE INDEX entry_room ON entry (room, seq);
CREATE INDEX entry_said ON entry (room, seq) WHERE kind IN ('message', 'action');
CREATE VIEW history AS
 SELECT entry.seq, strftime('%Y-%m-%d %H:%M:%f', entry.time / 1e6, 'unixepoch') AS time,
 room.name AS room, kind, entry.name AS name, address, text
 FROM entry LEFT JOIN room ON room.id = entry.room;
INSERT INTO room VALUES (1, 'lobby', 'lobby');
INSERT INTO entry (time, room, kind, name, address, text)
 VALUES (1588530120000000, 1, 'message', 'Bea', '(''192.0.2.7'', 1)', 'said long ago');
PRAGMA application_id = 1398893617;
PRAGMA user_version = 1;
