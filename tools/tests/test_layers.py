"""What tools/check-layers finds, and what it lets pass."""
import importlib.machinery
import importlib.util
import pathlib
import unittest

SOURCE = str(pathlib.Path(__file__).resolve().parent.parent / 'check-layers')
loader = importlib.machinery.SourceFileLoader('check_layers', SOURCE)
layers = importlib.util.module_from_spec(importlib.util.spec_from_loader('check_layers', loader))
loader.exec_module(layers)


class Layers(unittest.TestCase):
    def faults(self, path, text):
        return [number for number, _ in layers.file_faults(path, text)]

    def test_a_folder_keeps_to_what_it_may_use(self):
        self.assertEqual(self.faults('sfu/room.c', '#include "base/ring.h"\n#include "sfu/sfu.h"\n'), [])
        self.assertEqual(self.faults('sfu/room.c', '\n#include "hall/hall.h"\n'), [2])
        self.assertEqual(self.faults('base/ring.c', '#include "sfu/sfu.h"\n'), [1])
        self.assertEqual(self.faults('tests/unit/sfu/test_room.c', '#include "sfu/room.h"\n'), [])

    def test_only_a_root_header_is_public(self):
        self.assertEqual(self.faults('signaling/main.c', '#include "hall/hall.h"\n'), [])
        self.assertEqual(self.faults('signaling/main.c', '#include "hall/store/store.h"\n'), [1])

    def test_one_file_of_the_recorder_knows_the_sfu(self):
        self.assertEqual(self.faults('recorder/tap.c', '#include "sfu/sfu.h"\n'), [])
        self.assertEqual(self.faults('recorder/archive.c', '#include "sfu/sfu.h"\n'), [1])

    def test_a_library_has_its_owner(self):
        self.assertEqual(self.faults('hall/store/sqlite.c', '#include <sqlite3.h>\n'), [])
        self.assertEqual(self.faults('hall/ticket.c', '#include <sqlite3.h>\n'), [1])

    def test_a_word_of_a_higher_layer(self):
        self.assertEqual(self.faults('sfu/room.c', '/* no\n ticket */\nint ticket;\n'), [3])
        self.assertEqual(self.faults('hall/room.c', 'int ticket;\n'), [])

    def test_length(self):
        line = 'int x;\n'
        self.assertEqual(self.faults('hall/a.c', line * layers.LINES_MAX), [])
        self.assertEqual(self.faults('hall/a.c', line * (layers.LINES_MAX + 1)), [1])


if __name__ == '__main__':
    unittest.main()
