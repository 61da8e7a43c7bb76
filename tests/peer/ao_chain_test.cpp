// Chains of TCP-AO keys (RFC 5925): the file that they stand in, and the steps from one to the next.
#include "actors/peer/ao_chain.hpp"
#include "actors/peer/key_files.hpp"
#include "tests/support/secret_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace bellman::peer::ao_chains {
namespace {

using texts = std::vector<std::string>;

ao_key key(std::uint8_t send, std::uint8_t receive, std::string secret) {
  return {send, receive, ao_algorithm::hmac_sha_1_96, std::move(secret)};
}
const auto a = key(1, 1, "a"), b = key(2, 2, "b"), c = key(3, 3, "c");
const auto other_a = key(1, 1, "other");

/// "line: what", or nothing.
std::string fault_in(const std::string& text) {
  const auto chain = parse_ao_chain(text);
  return chain ? "" : std::to_string(chain.error().line) + ": " + chain.error().what;
}

TEST(AoChain, HasAKeyALine) {
  EXPECT_EQ(parse_ao_chain("# of both ends\n"
                           "\n"
                           "1 2 hmac-sha-1-96 s3cret\n"
                           "  \t# the next one\r\n"
                           "\t0\t255  aes-128-cmac-96\t#no-comment  \r\n"
                           "255 0 hmac-sha-1-96 last")
                .value(),
            (ao_chain{{1, 2, ao_algorithm::hmac_sha_1_96, "s3cret"},
                      {0, 255, ao_algorithm::aes_128_cmac_96, "#no-comment"},
                      {255, 0, ao_algorithm::hmac_sha_1_96, "last"}}));
  EXPECT_EQ(parse_ao_chain("1 1 hmac-sha-1-96 " + std::string(80, 'x')).value().front().secret, std::string(80, 'x'));
}

TEST(AoChain, SaysInWhichLineItIsWrong) {
  const std::string ids = "a key begins with its send id and its receive id, 0 to 255 each",
                    algorithm = "the algorithm, third in the line, is hmac-sha-1-96 or aes-128-cmac-96";
  const struct {
    std::string text, expected;
  } cases[] = {
      {"", "0: there is no key"},
      {"# nothing\n\n", "0: there is no key"},
      {"256 1 hmac-sha-1-96 s3cret", "1: " + ids},
      {"1 -1 hmac-sha-1-96 s3cret", "1: " + ids},
      {"\n1 1x hmac-sha-1-96 s3cret", "2: " + ids},
      {"s3cret", "1: " + ids},
      {"1 1", "1: " + algorithm},
      {"1 1 s3cret", "1: " + algorithm},
      {"1 1 HMAC-SHA-1-96 s3cret", "1: " + algorithm},
      {"1 1 hmac-sha-1-96", "1: the key is missing, fourth in the line"},
      {"1 1 hmac-sha-1-96 \r\n", "1: the key is missing, fourth in the line"},
      {"1 1 hmac-sha-1-96 s3cret and more", "1: a key has no blanks in it, and nothing stands behind it"},
      {"#\n#\n1 1 hmac-sha-1-96 " + std::string(81, 's'), "3: the key has more than 80 octets"},
      {"1 1 hmac-sha-1-96 s3cret\n#\n1 2 hmac-sha-1-96 s3cret",
       "3: the send id is that of the key in line 1 already (RFC 5925 §3.1)"},
      {"1 1 hmac-sha-1-96 s3cret\n2 1 hmac-sha-1-96 s3cret",
       "2: the receive id is that of the key in line 1 already (RFC 5925 §3.1)"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(fault_in(one.text), one.expected);
    EXPECT_EQ(fault_in(one.text).find("s3cret"), std::string::npos) << one.expected;
  }
}

TEST(AoChain, HasAtMostSixteenKeys) {
  std::string text;
  for (int i = 0; i < 16; ++i)
    text += std::to_string(i) + " " + std::to_string(i) + " hmac-sha-1-96 s3cret\n";
  EXPECT_EQ(parse_ao_chain(text).value().size(), most_ao_keys);
  EXPECT_EQ(fault_in(text + "16 16 hmac-sha-1-96 s3cret\n"), "17: there are more than 16 keys");
}

// ---- the plan

/// "add b", "prefer b", "remove a"; first "resets", where a connection cannot follow.
texts plan(const ao_chain& before, const ao_chain& after) {
  static const char* const words[] = {"add ", "prefer ", "remove "};
  const auto made = plan_ao(before, after);
  texts out;
  if (made.resets)
    out.push_back("resets");
  for (const auto& step : made.steps)
    out.push_back(words[static_cast<std::size_t>(step.what)] + step.key.secret);
  return out;
}

TEST(AoPlan, LeadsFromOneChainToTheNext) {
  const struct {
    const char* what;
    ao_chain before, after;
    texts steps;
  } cases[] = {
      {"nothing changes", {a, b}, {a, b}, {}},
      {"the first keys", {}, {a, b}, {"add a", "add b", "prefer a"}},
      {"a key comes", {a}, {a, b}, {"add b", "prefer a"}},
      {"another one is first", {a, b}, {b, a}, {"prefer b"}},
      {"the old one goes", {b, a}, {b}, {"prefer b", "remove a"}},
      {"all in one", {a}, {b}, {"add b", "prefer b", "remove a"}},
      {"a key goes that is not used", {a, b}, {a}, {"prefer a", "remove b"}},
      {"one that is not used is another", {b, a}, {b, other_a}, {"prefer b", "remove a", "add other"}},
      {"the first one is another", {a, b}, {other_a, b}, {"prefer b", "remove a", "add other", "prefer other"}},
      {"an id moves to a new key, beside another new one",
       {a},
       {other_a, c},
       {"add c", "prefer c", "remove a", "add other", "prefer other"}},
      {"one takes the ids of two",
       {a, b, c},
       {key(1, 2, "both"), c},
       {"prefer c", "remove a", "remove b", "add both", "prefer both"}},
      {"the only key is another", {a}, {other_a}, {"resets", "remove a", "add other", "prefer other"}},
      {"every key goes", {a, b}, {}, {"resets", "remove a", "remove b"}},
  };
  for (const auto& one : cases)
    EXPECT_EQ(plan(one.before, one.after), one.steps) << one.what;
}

/// What each plan has to keep to, for all chains of up to three keys out of ten.
TEST(AoPlan, NeverRemovesWhatIsSentWithNorHasAnIdTwice) {
  std::vector<ao_key> all{c};
  for (std::uint8_t send = 1; send <= 3; ++send)
    for (std::uint8_t receive = 1; receive <= 3; ++receive)
      all.push_back(key(send, receive, std::to_string(send) + std::to_string(receive)));
  const auto fits = [](const ao_chain& chain, const ao_key& one) {
    return std::ranges::none_of(
        chain, [&](const ao_key& k) { return k.send_id == one.send_id || k.receive_id == one.receive_id; });
  };
  std::vector<ao_chain> chains;
  for (const auto& x : all) {
    chains.push_back({x});
    for (const auto& y : all)
      if (fits({x}, y)) {
        chains.push_back({x, y});
        for (const auto& z : all)
          if (fits({x, y}, z))
            chains.push_back({x, y, z});
      }
  }
  for (const auto& before : chains)
    for (const auto& after : chains) {
      const auto made = plan_ao(before, after);
      auto held = before;
      auto current = before.front();
      bool good = true;
      for (const auto& step : made.steps) {
        const bool there = std::ranges::find(held, step.key) != held.end();
        switch (step.what) {
        case ao_step::kind::add:
          good = good && fits(held, step.key);
          held.push_back(step.key);
          break;
        case ao_step::kind::prefer:
          good = good && there;
          current = step.key;
          break;
        case ao_step::kind::remove:
          good = good && there && (made.resets || current != step.key);
          std::erase(held, step.key);
          break;
        }
      }
      EXPECT_TRUE(good && current == after.front() && std::ranges::is_permutation(held, after));
    }
}

// ---- the file

class AoFile : public testing::Test {
protected:
  std::string file(const std::string& content, ::mode_t mode = 0600) const {
    return secrets.write("chain", content, mode);
  }
  /// What is wrong, without the file's name.
  std::string fault(const std::string& path) const {
    const auto chain = read_ao_chain(path);
    const std::string start = "the TCP-AO file " + path;
    if (chain || !chain.error().starts_with(start))
      return chain ? "" : "strange: " + chain.error();
    return chain.error().substr(start.size());
  }

  test::secret_folder secrets;
  const std::filesystem::path& folder = secrets.path();
};

TEST_F(AoFile, GivesItsChain) {
  EXPECT_EQ(read_ao_chain(file("1 1 hmac-sha-1-96 a\n2 2 hmac-sha-1-96 b\n", 0640)).value(), (ao_chain{a, b}));
  const auto keys = read_keys({"", file("1 1 hmac-sha-1-96 a\n")});
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ(*keys, (session_keys{"", {a}}));
}

TEST_F(AoFile, IsNamedWithTheLineThatIsWrongAndNeverWithAKey) {
  const auto said = fault(file("# keys\n1 1 hmac-sha-1-96 s3cret more\n"));
  EXPECT_EQ(said, ", line 2: a key has no blanks in it, and nothing stands behind it");
  EXPECT_EQ(fault(file("")), ": there is no key");
  EXPECT_EQ(fault(file(std::string(65537, '#'))), " has more than 65536 octets");
}

TEST_F(AoFile, IsAsSafeAsOneOfAPassword) {
  for (const ::mode_t mode : {0644u, 0604u, 0602u, 0620u, 0601u})
    EXPECT_EQ(fault(file("1 1 hmac-sha-1-96 a\n", mode)), " is open to other users: its mode has to be 0600 or 0640")
        << mode;
  EXPECT_EQ(fault(folder / "none"), " cannot be opened: No such file or directory");
  EXPECT_EQ(fault(folder), " is no regular file");
}

} // namespace
} // namespace bellman::peer::ao_chains
