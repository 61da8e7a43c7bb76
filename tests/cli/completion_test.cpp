// What may follow in a command line: from the tree of commands alone.

#include "cli/commands/commands.hpp"
#include "cli/shell/completion.hpp"
#include "cli/shell/line.hpp"

#include <gtest/gtest.h>

namespace bellman::cli {
namespace {

class Completion : public ::testing::Test {
protected:
  ~Completion() noexcept override = default;

  completion after(std::vector<std::string> before, const std::string& typed = "") {
    return complete(*app, before, typed);
  }
  static std::vector<std::string> texts(const completion& c) {
    std::vector<std::string> out;
    for (const auto& x : c.candidates)
      out.push_back(x.text);
    return out;
  }
  static bool offers(const completion& c, const std::string& text) {
    return std::ranges::find(c.candidates, text, &candidate::text) != c.candidates.end();
  }

  client::event_loop loop;
  output out{-1}, err{-1};
  context c{loop, out, err};
  std::unique_ptr<CLI::App> app = make_app(c);
};

using texts_t = std::vector<std::string>;

TEST_F(Completion, OffersCommandsByTheirBeginning) {
  EXPECT_EQ(texts(after({}, "ro")), (texts_t{"route"}));
  EXPECT_EQ(texts(after({}, "s")), (texts_t{"status", "shutdown", "shell"}));
  EXPECT_EQ(texts(after({"route"})), (texts_t{"list", "lookup", "count", "explain"}));
  EXPECT_TRUE(texts(after({}, "zzz")).empty());
  EXPECT_FALSE(offers(after({}, "comp"), "complete")); // hidden
}

TEST_F(Completion, OffersOptionsAlsoOfTheProgram) {
  EXPECT_EQ(texts(after({"route", "list"}, "--long")), (texts_t{"--longer", "--longest"}));
  EXPECT_EQ(texts(after({"route", "list"}, "--js")), (texts_t{"--json"}));
  EXPECT_EQ(texts(after({"route", "list"}, "--help")), (texts_t{"--help"})); // once
}

TEST_F(Completion, DoesNotOfferAnOptionTwiceUnlessItMayBeRepeated) {
  EXPECT_TRUE(texts(after({"route", "list", "--limit", "5"}, "--lim")).empty());
  EXPECT_TRUE(offers(after({"inject", "announce", "10.0.0.0/8", "--community", "1:1"}, "--comm"), "--community"));
}

TEST_F(Completion, OffersTheValuesOfAnOption) {
  EXPECT_EQ(texts(after({"route", "list", "--view"})), (texts_t{"best", "received", "advertised", "all"}));
  EXPECT_EQ(texts(after({"route", "list", "--view"}, "a")), (texts_t{"advertised", "all"}));
  EXPECT_EQ(texts(after({"neighbor", "reset", "192.0.2.1", "--soft"})), (texts_t{"in", "out", "both"}));
  EXPECT_EQ(texts(after({"log-level"}, "e")), (texts_t{"error"}));
}

TEST_F(Completion, NamesTheKindOfValueThatOnlyTheDaemonKnows) {
  EXPECT_EQ(after({"neighbor", "show"}).kind, value_kind::neighbor);
  EXPECT_EQ(after({"route", "list", "--neighbor"}, "192.").kind, value_kind::neighbor);
  EXPECT_EQ(after({"route", "explain"}).kind, value_kind::prefix);
  EXPECT_EQ(after({"inject", "announce", "10.0.0.0/8"}).kind, value_kind::prefix); // one more
  EXPECT_EQ(after({"inject", "load"}).kind, value_kind::file);
  EXPECT_EQ(after({"--socket"}).kind, value_kind::file);
  EXPECT_EQ(after({"route", "explain", "10.0.0.0/8"}).kind, value_kind::none); // used up
}

TEST_F(Completion, IsNotLedAstrayByValuesThatLookLikeCommands) {
  EXPECT_EQ(texts(after({"--socket", "route"}, "ro")), (texts_t{"route"}));
  EXPECT_EQ(texts(after({"--json", "route"}, "ex")), (texts_t{"explain"}));
  EXPECT_EQ(texts(after({"supervision"}, "--js")), (texts_t{"--json"})); // by its other name
}

TEST_F(Completion, IsShownWithHelpForQuestionMarks) {
  const auto shown = render_completion(after({"neighbor", "disable"}));
  EXPECT_NE(shown.find("NEIGHBOR  its address"), std::string::npos) << shown;
  EXPECT_NE(shown.find("--text"), std::string::npos) << shown;
  EXPECT_EQ(render_completion({}), "  (end of the line)\n");
}

TEST(CommonStart, IsWhatAllBeginWith) {
  EXPECT_EQ(common_start({}), "");
  EXPECT_EQ(common_start({{"10.1.0.0/16", ""}}), "10.1.0.0/16");
  EXPECT_EQ(common_start({{"10.21.0.0/16", ""}, {"10.2.0.0/16", ""}, {"10.23.0.0/16", ""}}), "10.2");
  EXPECT_EQ(common_start({{"a", ""}, {"b", ""}}), "");
}

TEST(BlockOfTyped, HoldsWhatMayStillBeTyped) {
  const std::pair<const char*, const char*> cases[] = {
      {"10.5", "10.0.0.0/8"},           {"10.5.", "10.5.0.0/16"},        {"192.0.2.", "192.0.2.0/24"},
      {"2001:db8", "2001::/16"},        {"2001:db8:1", "2001:db8::/32"}, {"2001:db8::", "2001:db8::/32"},
      {"2001:db8::7", "2001:db8::/32"},
  };
  for (const auto& [typed, block] : cases) {
    const auto got = block_of_typed(typed);
    ASSERT_TRUE(got) << typed;
    EXPECT_EQ(to_string(*got), block) << typed;
  }
  for (const auto* typed : {"", "1", "10", "::", "300.1", "x.y", "1.2.3.4.5"})
    EXPECT_FALSE(block_of_typed(typed)) << typed;
}

TEST(SplitLine, KnowsQuotesBackslashesAndComments) {
  const std::pair<const char*, line_words> cases[] = {
      {"", {}},
      {"  route   list ", {{"route", "list"}}},
      {"route li", {{"route", "li"}, true}},
      {R"(disable --text "cake is ready")", {{"disable", "--text", "cake is ready"}, true}},
      {R"(a 'b "c' d\ e "f\"g")", {{"a", R"(b "c)", "d e", R"(f"g)"}, true}},
      {R"(a "open wo)", {{"a", "open wo"}, true, '"'}},
      {R"(a "" )", {{"a", ""}}},
      {"route # list", {{"route"}}},
      {"a#b", {{"a#b"}, true}},
      {"a\\", {{"a"}, true}},
  };
  for (const auto& [line, words] : cases)
    EXPECT_EQ(split_line(line), words) << line;
}

TEST(Quoted, IsReadBackAsItWas) {
  for (const std::string word : {"plain", "two words", R"(a"b\c)", "", "#x", "it's"})
    EXPECT_EQ(split_line(quoted(word) + " ").words, std::vector<std::string>{word}) << quoted(word);
  EXPECT_EQ(quoted("10.0.0.0/8"), "10.0.0.0/8");
}

} // namespace
} // namespace bellman::cli
