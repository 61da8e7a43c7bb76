// Keys of TCP MD5 signatures (RFC 2385): read from their files when they are needed, and gone with who they are for.
#include "tests/actors/neighbors_lab.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace bellman::peer {
namespace {

using namespace neighbors_lab;

struct NeighborKeys : NeighborsActor {
  NeighborKeys() {
    auto pattern = (std::filesystem::temp_directory_path() / "neighbor_keys_XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr)
      folder = pattern;
    key("one");
  }
  ~NeighborKeys() override { std::filesystem::remove_all(folder); }

  std::string path() const { return (folder / "key").string(); }
  void key(const std::string& text) const {
    std::ofstream{path(), std::ios::trunc} << text;
    ::chmod(path().c_str(), 0600);
  }
  /// .1 has the key.
  msg::apply_neighbors guarded() const {
    auto f = file();
    f.neighbors[0].own.password_file = path();
    return f;
  }
  std::string in_force(const char* whom) const {
    const auto e = keys->exact(wire::parse_prefix(whom).value());
    return !e ? "none" : e->trouble.empty() ? e->key : "blocked";
  }

  std::filesystem::path folder;
};

TEST_F(NeighborKeys, ComeAndGoWithTheirNeighbor) {
  apply(guarded());
  EXPECT_EQ(in_force("127.0.0.1/32"), "one");
  EXPECT_EQ(in_force("127.0.0.2/32"), "none");
  neighbor_patch open;
  open.password_file = "";
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, open}), "");
  EXPECT_EQ(in_force("127.0.0.1/32"), "none");
  neighbor_patch closed;
  closed.password_file = path();
  EXPECT_EQ(request(msg::change_neighbor{n2, {}, closed}), "");
  EXPECT_EQ(in_force("127.0.0.2/32"), "one");
  EXPECT_EQ(request(msg::remove_neighbor{n2}), "");
  EXPECT_EQ(in_force("127.0.0.2/32"), "none");
}

TEST_F(NeighborKeys, AnotherOneAtAReloadResetsTheSession) {
  apply(guarded());
  taken();
  EXPECT_EQ(apply(guarded()), lines{});
  EXPECT_EQ(taken(), lines{});
  key("two");
  EXPECT_EQ(apply(guarded()), lines{});
  EXPECT_EQ(taken(), lines{"127.0.0.1 reset"});
  EXPECT_EQ(in_force("127.0.0.1/32"), "two");
  std::filesystem::remove(path()); // the last one stays in force
  EXPECT_EQ(apply(guarded()), lines{});
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(in_force("127.0.0.1/32"), "two");
}

TEST_F(NeighborKeys, AChangeToAFileThatHasNoneIsRefused) {
  apply(file());
  taken();
  key("");
  neighbor_patch p;
  p.password_file = path();
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, p}), "invalid password_file");
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(in_force("127.0.0.1/32"), "none");
}

TEST_F(NeighborKeys, WithoutItsKeyANeighborOfTheApiIsNotCalled) {
  apply(guarded());
  neighbor_patch p = as(64503);
  p.password_file = path();
  EXPECT_EQ(request(msg::add_neighbor{{n3, "", p, msg::origin_of_setting::api}}), "");
  std::filesystem::remove(path());
  memory = make_neighbors_memory();
  keys = std::make_shared<net::keyring>();
  start_neighbors();
  apply(file());
  EXPECT_EQ(in_force("127.0.0.3/32"), "blocked");
  const auto link = std::make_shared<fake_link>(n3);
  caf::anon_send(neighbors, msg::accepted{link});
  settle();
  EXPECT_TRUE(link->last_words);
}

TEST_F(NeighborKeys, OfARangeAreThereBeforeAnybodyCalls) {
  auto f = file();
  f.groups["clients"].password_file = path();
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  EXPECT_EQ(in_force("127.0.1.0/24"), "one");
  key("two");
  apply(f);
  EXPECT_EQ(in_force("127.0.1.0/24"), "two");
  EXPECT_EQ(request(msg::remove_range{f.ranges[0].range}), "");
  EXPECT_EQ(in_force("127.0.1.0/24"), "none");
}

} // namespace
} // namespace bellman::peer
