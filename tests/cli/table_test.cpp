// Tables: alignment, streaming, and text that is not ours.

#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace bellman::cli {
namespace {

TEST(Table, AlignsItsColumnsAndDoesNotPadTheEnd) {
  table t{{{"Name"}, {"Count", align::right}, {"Note"}}};
  t.add({"a", "1", "first"});
  t.add({"longer", "12345678", ""});
  EXPECT_EQ(t.render(), "Name       Count  Note\n"
                        "a              1  first\n"
                        "longer  12345678\n");
}

TEST(Table, KeepsItsWidthsOverTheRowsThatFollow) {
  table t{{{"A"}, {"B"}}};
  t.add({"wide cell", "x"});
  EXPECT_EQ(t.render(), "A          B\nwide cell  x\n");
  t.add({"n", "y"});
  EXPECT_EQ(t.render(), "n          y\n");
  EXPECT_EQ(t.pending(), 0u);
}

TEST(Table, CountsCharactersNotOctets) {
  EXPECT_EQ(display_width("Zürich"), 6u);
  table t{{{"Name"}, {"B"}}};
  t.add({"Zürich", "1"});
  t.add({"Berlin", "2"});
  EXPECT_EQ(t.render(), "Name    B\nZürich  1\nBerlin  2\n");
}

TEST(Printable, MakesControlCharactersHarmless) {
  EXPECT_EQ(printable("plain Zürich"), "plain Zürich");
  EXPECT_EQ(printable("\x1b[2Jgone\n"), "\\x1b[2Jgone\\x0a");
  EXPECT_EQ(printable("\u009b2J\u0085"), "\\xc2\\x9b2J\\xc2\\x85"); // C1: a terminal's CSI and NEL
  EXPECT_EQ(printable("a\u2028b\u00A0"), "a\\xe2\\x80\\xa8b\u00A0");
}

} // namespace
} // namespace bellman::cli
