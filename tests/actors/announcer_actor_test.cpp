// Announcing ourselves on links that are only written down here.
#include "actors/peer/announcer_actor.hpp"

#include "tests/support/actor_lab.hpp"

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;
using entries = std::vector<std::string>;

struct Announcer : test::ActorLab {
  /// Writes down what is sent, and when a link is let go.
  struct fake_voice final : net::router_voice {
    fake_voice(Announcer& lab, std::string link) : lab{lab}, link{std::move(link)} {}
    ~fake_voice() override { lab.log.push_back(link + " closed"); }
    std::string announce() override {
      lab.log.push_back(link + (lab.broken.empty() ? " announced" : " failed"));
      return lab.broken;
    }
    bool was_solicited() override { return std::exchange(lab.solicited, false); }
    Announcer& lab;
    std::string link;
  };

  Announcer() {
    announcer_ports ports;
    ports.links = links;
    ports.open = [this](const std::string& name) -> result<std::shared_ptr<net::router_voice>, std::string> {
      if (missing)
        return fail{"there is no interface " + name};
      return std::shared_ptr<net::router_voice>{std::make_shared<fake_voice>(*this, name)};
    };
    announcer = keep(spawn_announcer(system, ports));
    settle();
  }
  ~Announcer() override { stop_all(); }

  void want(const char* who, bool wanted = true) { links->want(wire::parse_host(who).value(), wanted); }
  entries taken() { return std::exchange(log, {}); }

  std::shared_ptr<net::announced_links> links = std::make_shared<net::announced_links>();
  caf::actor announcer;
  entries log;
  bool missing = false, solicited = false;
  std::string broken;
};

TEST_F(Announcer, SpeaksOnEachLinkThatANeighbourWantsAndOnNoOther) {
  advance(3s);
  EXPECT_EQ(taken(), entries{});
  want("%eth0");
  want("fe80::2%eth1");
  want("fe80::3%eth1");
  advance(1s);
  EXPECT_EQ(taken(), (entries{"eth0 announced", "eth1 announced"}));
  want("fe80::2%eth1", false);
  want("%eth0", false);
  advance(1s);
  EXPECT_EQ(taken(), entries{"eth0 closed"}) << "another neighbour of eth1 is left";
  advance(10s);
  EXPECT_EQ(taken(), entries{"eth1 announced"});
}

TEST_F(Announcer, AnswersWhoAsks) {
  want("%eth0");
  advance(1s);
  taken();
  solicited = true;
  advance(4s);
  EXPECT_EQ(taken(), entries{"eth0 announced"});
}

TEST_F(Announcer, WaitsForAnInterfaceThatIsNotThere) {
  missing = true;
  want("%eth0");
  advance(10s);
  EXPECT_EQ(taken(), entries{});
  missing = false;
  advance(20s);
  EXPECT_EQ(taken().at(0), "eth0 announced");
}

TEST_F(Announcer, OpensALinkAnewThatHasFailed) {
  want("%eth0");
  advance(1s);
  broken = "no such device";
  for (int i = 0; i < 30 && log.size() < 3; ++i)
    advance(500ms);
  EXPECT_EQ(taken(), (entries{"eth0 announced", "eth0 failed", "eth0 closed"}));
  broken.clear();
  advance(2s);
  EXPECT_EQ(taken(), entries{"eth0 announced"});
}

} // namespace
} // namespace bellman::peer
