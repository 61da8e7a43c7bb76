// What an operator sees when a file is wrong.
#include "tests/configs/lab.hpp"

#include "configs/source.hpp"

namespace bellman::configs {
namespace {

using namespace test;

std::string shown(const std::string& text) {
  const auto made = parse(text, "lab.toml");
  return made ? "" : render(made.error());
}

TEST(Diagnostics, PointAtTheKeyThatIsUnknown) {
  EXPECT_EQ(shown(head + "[[neighbors]]\naddress = \"192.0.2.2\"\nremot_as = 65011\nremote_as = 65000\n"),
            "lab.toml:6:1: error: unknown key `remot_as` in [[neighbors]]\n"
            "     6 | remot_as = 65011\n"
            "       | ^^^^^^^^\n"
            "       = hint: did you mean `remote_as`?\n");
}

TEST(Diagnostics, SayWhatWasExpected) {
  EXPECT_EQ(shown(head + "workers\t=\t-3\n"), "lab.toml:4:11: error: `workers` is out of range\n"
                                              "     4 | workers\t=\t-3\n"
                                              "       |        \t \t^^ expected an integer from 0 to 256\n");
}

TEST(Diagnostics, ReportAllProblemsInTheOrderOfTheFile) {
  EXPECT_EQ(errors("[global]\nrouter_id = 7\nasn = 0\n[[neighbors]]\nadress = \"192.0.2.2\"\n[[neighbors]]\naddress = "
                   "\"192.0.2.3\"\nremote_as = 1\ngroup = \"g\"\n[logging]\nlevel = \"loud\"\n[extra]\n"),
            (texts{"2:13 `router_id` is an integer", "3:7 `asn` is out of range",
                   "4:1 `address` is missing in [[neighbors]]", "5:1 unknown key `adress` in [[neighbors]]",
                   "9:9 there is no group `g`", "11:9 `loud` cannot be read", "12:2 unknown key `extra` in the file"}));
}

TEST(Diagnostics, StopAtAHundred) {
  std::string text = head;
  for (int i = 0; i < 5000; ++i)
    text += "x" + std::to_string(i) + " = 1\n";
  const auto made = parse(text);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().size(), 101u);
  EXPECT_EQ(made.error().back().what, "4900 more errors");
}

TEST(Diagnostics, PlaceSyntaxErrors) {
  struct {
    const char* text;
    const char* expected;
  } const cases[] = {
      {"[global\n", "1:1"},
      {"[global]\nasn 65000\n", "2:4"},
      {"[global]\nasn = \n", "2:7"},
      {"[global]\nasn = 1\nasn = 2\n", "3:7"},
      {"[global]\nlisten = [1, 2\n", "3:1"},
      {"[global]\nasn = 1 x = 2\n", "2:9"},
      {"[global]\nrouter_id = \"192\n", "2:13"},
      {"[global]\n[global]\n", "2:1"},
      {"a = \"\\q\"\n", "1:5"},
      {"asn = 010\n", "1:7"},
      {"= 1\n", "1:1"},
  };
  for (const auto& c : cases) {
    const auto got = errors(c.text);
    ASSERT_EQ(got.size(), 1u) << c.text;
    EXPECT_TRUE(got[0].starts_with(std::string{c.expected} + ' ')) << c.text << "gave " << got[0];
    EXPECT_EQ(got[0].find("toml::"), std::string::npos) << got[0];
  }
}

TEST(Diagnostics, ShowSyntaxErrorsAsTheyShowOthers) {
  EXPECT_EQ(shown("[global]\nasn = 1 b = 2\n"), "lab.toml:2:9: error: invalid line format\n"
                                                "     2 | asn = 1 b = 2\n"
                                                "       |         ^\n"
                                                "       = hint: expected newline, but got 'b'.\n");
}

TEST(Diagnostics, CutLongLinesAroundThePlace) {
  const auto text = shown(head + "description = \"" + std::string(500, 'x') + "\"; nonsense\n");
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    EXPECT_LT(text.find('\n', at) - at, 130u);
  EXPECT_NE(text.find("...x"), std::string::npos) << text;
}

TEST(Screen, RefusesWhatIsTooLarge) {
  EXPECT_EQ(errors(std::string(max_file_size + 1, '\n')), texts{"0:0 the file is larger than 16 MiB"});
  EXPECT_TRUE(errors(head + std::string(1 << 20, '\n')).empty());
}

TEST(Screen, RefusesWhatIsNestedTooDeep) {
  const std::string deep(20000, '['), dots = [] {
    std::string s = "a";
    for (int i = 0; i < 20000; ++i)
      s += ".a";
    return s;
  }();
  std::string inline_tables = "x = ";
  for (int i = 0; i < 20000; ++i)
    inline_tables += "{ a = ";
  for (const auto& text : {"x = " + deep, deep, inline_tables, dots + " = 1", "[" + dots + "]", "[[" + dots + "]]",
                           "x = [\"\"\"a\"\"\"\", " + deep, "x = ['', ''' ]''', " + deep, "# [\nx = " + deep}) {
    const auto got = errors(text + "\n");
    ASSERT_EQ(got.size(), 1u);
    EXPECT_NE(got[0].find("nested deeper than 32 levels"), std::string::npos) << text.substr(0, 20) << ": " << got[0];
  }
}

TEST(Screen, CountsBracketsOutsideStringsAndCommentsOnly) {
  const std::string brackets(60, '[');
  EXPECT_TRUE(errors(head + "# " + brackets + "\n").empty());
  EXPECT_EQ(errors_after_head("state_dir = \"\\\"" + brackets + "\"\nworkers = 999\n"),
            texts{"5:11 `workers` is out of range"});
  EXPECT_EQ(errors_after_head("state_dir = '" + brackets + "'\nworkers = 999\n"),
            texts{"5:11 `workers` is out of range"});
}

TEST(Screen, RefusesBytesThatAreNoText) {
  using namespace std::string_literals;
  EXPECT_EQ(errors(head + "# \xff\n"), texts{"4:3 not UTF-8"});
  EXPECT_EQ(errors(head + "# \xc0\xaf\n"), texts{"4:3 not UTF-8"});
  EXPECT_EQ(errors(head + "# \xed\xa0\x80\n"), texts{"4:3 not UTF-8"});
  EXPECT_EQ(errors(head + "#\0\n"s), texts{"4:2 control character 0"});
  EXPECT_EQ(errors(head + "# x\ry\n"), texts{"4:4 control character 13"});
  EXPECT_TRUE(errors("[global]\r\nasn = 1\r\nrouter_id = \"1.1.1.1\" # Zürich \xf0\x9f\x8c\x8d\r\n").empty());
}

TEST(Spelling, FindsTheNearestWord) {
  const std::vector<std::string> words{"remote_as", "remote_port", "hold_time"};
  EXPECT_EQ(nearest("remot_as", words), "remote_as");
  EXPECT_EQ(nearest("holdtime", words), "hold_time");
  EXPECT_EQ(nearest("zebra", words), "");
  EXPECT_EQ(nearest(std::string(100000, 'x'), words), "");
}

} // namespace
} // namespace bellman::configs
