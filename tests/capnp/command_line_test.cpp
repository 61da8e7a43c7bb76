// The commands of bellmanctl against a live server: what they print, and what they exit with.

#include "cli/commands/commands.hpp"
#include "cli/shell/live_values.hpp"
#include "cli/shell/shell.hpp"
#include "tests/capnp/api_lab.hpp"

#include <sys/mman.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace bellman::test {
namespace {

using cli::exit_code;

/// A file in memory that an output writes to.
class captured {
public:
  ~captured() { ::close(fd_); }
  cli::output& stream() { return stream_; }
  /// What came since the last call.
  std::string take() {
    stream_.flush();
    std::string text(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_CUR) - taken_), '\0');
    const auto read = ::pread(fd_, text.data(), text.size(), taken_);
    EXPECT_EQ(read, static_cast<ssize_t>(text.size()));
    taken_ += read;
    return text;
  }

private:
  int fd_ = ::memfd_create("output", 0);
  cli::output stream_{fd_};
  off_t taken_ = 0;
};

class CommandLine : public ApiTest {
protected:
  ~CommandLine() noexcept override = default;

  /// Runs a line as the shell would split it, but as a command of its own.
  exit_code ctl(const std::string& line) {
    cli::context c{loop, out.stream(), err.stream()};
    c.options.socket = socket;
    std::istringstream in{line};
    return cli::run(c, {std::istream_iterator<std::string>{in}, {}});
  }
  cli::json ctl_json(const std::string& line) {
    EXPECT_EQ(ctl("--json " + line), exit_code::ok) << err.take();
    return cli::json::parse(out.take());
  }
  std::string file(const char* name, const std::string& text) {
    const auto path = folder / name;
    std::ofstream{path} << text;
    return path;
  }

  captured out, err;
  client::event_loop loop{io};
};

TEST_F(CommandLine, ExitsWithThreeWhereNoDaemonIs) {
  EXPECT_EQ(ctl("status"), exit_code::unreachable);
  EXPECT_EQ(out.take(), "");
  EXPECT_NE(err.take().find("unreachable: no daemon answers at " + socket), std::string::npos);
}

TEST_F(CommandLine, ExitsWithTwoForAMistakeAndZeroForHelp) {
  for (const auto* line : {"", "nonsense", "route", "route list --view odd", "route explain 10.0.0.1/8",
                           "inject announce", "neighbor show 1.2.3", "route list --local --neighbor 192.0.2.1",
                           "inject announce 10.0.0.0/8 --community 70000:1"}) {
    EXPECT_EQ(ctl(line), exit_code::usage) << line;
    EXPECT_EQ(out.take(), "") << line;
    EXPECT_NE(err.take(), "") << line;
  }
  EXPECT_EQ(ctl("route list --help"), exit_code::ok);
  EXPECT_NE(out.take().find("--longer"), std::string::npos);
}

TEST_F(CommandLine, ExitsWithOneForARefusal) {
  start(usual_settings());
  EXPECT_EQ(ctl("neighbor show 192.0.2.77"), exit_code::refused);
  EXPECT_EQ(err.take(), "bellmanctl: not-found: no neighbor has the address 192.0.2.77 (address)\n");
  EXPECT_EQ(ctl("fault part0"), exit_code::refused);
}

TEST_F(CommandLine, ListsRoutesAsOneDocumentWithItsEnd) {
  for (int i = 0; i < 7; ++i)
    announce(1, ("10." + std::to_string(i) + ".0.0/16").c_str(), learned({65001, 64500}));
  start(usual_settings());
  auto all = ctl_json("route list");
  EXPECT_EQ(all["count"], 7);
  EXPECT_EQ(all["complete"], true);
  ASSERT_EQ(all["routes"].size(), 7u);
  EXPECT_EQ(all["routes"][0]["attributes"]["as_path"], "65001 64500");
  EXPECT_EQ(ctl_json("route list --limit 3")["routes"].size(), 3u);
  EXPECT_EQ(ctl_json("route list --longest 10.3.1.0/24")["routes"][0]["prefix"], "10.3.0.0/16");
  EXPECT_EQ(ctl_json("route lookup 10.3.1.1")["routes"][0]["prefix"], "10.3.0.0/16");
  EXPECT_EQ(ctl_json("route list --origin-as 1")["routes"], cli::json::array());
  EXPECT_EQ(ctl_json("route count --longer 10.0.0.0/13")["count"], 7);
  EXPECT_EQ(ctl_json("route explain 10.3.0.0/16")["candidates"].size(), 1u);
}

TEST_F(CommandLine, InjectsWithTheAttributesThatWereSaid) {
  start(usual_settings());
  const auto got = ctl_json("inject announce 192.0.2.0/24 2001:db8::/32 --community blackhole --community 65000:1 "
                            "--large-community 1:2:3 --med 5 --local-pref 7 --as-path 64500,{64501} --request-id r1");
  EXPECT_EQ(got["announced"], 2);
  {
    const std::lock_guard lock{log->mutex};
    EXPECT_EQ(log->injected.at(0).request_id, "r1");
    const auto& a = *log->own.at(pfx("192.0.2.0/24"));
    EXPECT_EQ(a.communities, (std::vector<std::uint32_t>{65000u << 16 | 1, wire::well_known::blackhole}));
    EXPECT_EQ(to_string(*a.as_path), "64500 {64501}");
    EXPECT_EQ(a.med, 5u);
    EXPECT_EQ(a.local_pref, 7u);
    EXPECT_EQ(a, *log->own.at(pfx("2001:db8::/32")));
  }
  const auto listed = ctl_json("inject list");
  EXPECT_EQ(listed["count"], 2);
  EXPECT_EQ(listed["routes"][0]["attributes"]["large_communities"][0], "1:2:3");
  EXPECT_EQ(ctl_json("inject withdraw 192.0.2.0/24")["withdrawn"], 1);
  EXPECT_EQ(ctl_json("inject withdraw-all")["withdrawn"], 1);
}

TEST_F(CommandLine, LoadsAFileAsOneBatchOrNotAtAll) {
  start(usual_settings());
  const auto good = file("good", "# two\n10.1.0.0/16 med 1\n\n10.2.0.0/16\nwithdraw 10.3.0.0/16\n");
  const auto got = ctl_json("inject load " + good);
  EXPECT_EQ(got["announced"], 2);
  EXPECT_EQ(got["withdrawn"], 1);
  const auto bad = file("bad", "10.4.0.0/16\n10.5.0.0/16 med many\n");
  EXPECT_EQ(ctl("inject load " + bad), exit_code::usage);
  EXPECT_NE(err.take().find(bad + ":2: not a value of med: many; nothing was changed"), std::string::npos);
  const std::lock_guard lock{log->mutex};
  EXPECT_EQ(log->injected.size(), 1u);
}

TEST_F(CommandLine, AWatchGoesOnWhereItsFileSays) {
  announce(1, "10.1.0.0/16", learned({65001}));
  start(usual_settings());
  const auto cursor = file("cursor", "");
  EXPECT_EQ(ctl("watch --from-cursor " + cursor), exit_code::usage); // not a cursor
  client::connection c{loop, {socket, "", "", std::chrono::seconds{20}}};
  ASSERT_TRUE(c.open());
  std::optional<client::watch_cursor> seen;
  client::watch_hooks hooks;
  hooks.batch = [&](const client::watch_batch& b) {
    seen = b.cursor;
    return b.mark != client::mark::snapshot_end;
  };
  ASSERT_TRUE(client::follow(c, {}, std::nullopt, hooks));
  file("cursor", cli::dump(cli::to_json(*seen)));
  announce(1, "10.2.0.0/16", learned({65001}));
  err.take();
  ASSERT_EQ(ctl("--json watch --limit 1 --from-cursor " + cursor), exit_code::ok) << err.take();
  const auto event = cli::json::parse(out.take());
  EXPECT_EQ(event["event"], "route");
  EXPECT_EQ(event["prefix"], "10.2.0.0/16");
}

TEST_F(CommandLine, TellsNeighborsWhatWasSaid) {
  start(usual_settings());
  EXPECT_EQ(ctl("neighbor add 192.0.2.3 --group transit --remote-as AS65009"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor add 192.0.2.4 --remote-as external"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor change 192.0.2.3 --passive on --description x"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor disable 192.0.2.3 --text bye"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor enable 192.0.2.3"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor reset 192.0.2.3 --soft both"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor reset 192.0.2.3"), exit_code::ok);
  EXPECT_EQ(ctl("neighbor remove 192.0.2.3"), exit_code::ok);
  EXPECT_EQ(out.take(), "");
  const std::lock_guard lock{log->mutex};
  EXPECT_EQ(log->neighbors, (std::vector<std::string>{"add transit 65009 192.0.2.3", "add  external 192.0.2.4",
                                                      "change description=x passive 192.0.2.3", "disable bye 192.0.2.3",
                                                      "enable 192.0.2.3", "reset 3 192.0.2.3", "reset 0 192.0.2.3",
                                                      "remove 192.0.2.3"}));
}

TEST_F(CommandLine, SetsAndListsMetrics) {
  std::vector<rib::metric_change> changes; // under the log's lock
  const auto actor = system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[](msg::list_metrics) {
              return msg::metric_list{
                  {{{pfx("0.0.0.0/0"), rib::igp_metric::unreachable}, false}, {{pfx("198.51.100.0/24"), 1000}, true}}};
            },
            [&](const msg::change_metrics& m) {
              const std::lock_guard lock{log->mutex};
              changes.insert(changes.end(), m.changes.begin(), m.changes.end());
              return msg::outcome{};
            }};
  });
  name(names::metrics, actor);
  start(usual_settings());
  EXPECT_EQ(ctl("metric set 192.0.2.0/24 unreachable"), exit_code::ok);
  EXPECT_EQ(ctl("metric set 192.0.2.0/24 7"), exit_code::ok);
  for (const auto* cost : {"far", "4294967295", "-1"})
    EXPECT_EQ(ctl(std::string{"metric set 192.0.2.0/24 "} + cost), exit_code::usage) << cost;
  EXPECT_EQ(ctl("metric list"), exit_code::ok);
  const auto table = out.take();
  EXPECT_NE(table.find("unreachable"), std::string::npos) << table;
  EXPECT_NE(table.find("1,000"), std::string::npos) << table;
  const auto listed = ctl_json("metric list")["metrics"];
  EXPECT_EQ(listed[0]["cost"], "unreachable");
  EXPECT_EQ(listed[1]["cost"], 1000);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  strike(system, names::metrics);
  const std::lock_guard lock{log->mutex};
  EXPECT_EQ(changes, (std::vector<rib::metric_change>{{pfx("192.0.2.0/24"), rib::igp_metric::unreachable},
                                                      {pfx("192.0.2.0/24"), 7}}));
}

TEST_F(CommandLine, AShellSurvivesErrorsAndARestartOfTheDaemon) {
  announce(1, "10.1.0.0/16", learned({65001}));
  start(usual_settings());
  cli::context c{loop, out.stream(), err.stream()};
  c.options.socket = socket;
  c.in_shell = true;
  EXPECT_EQ(cli::run_line(c, "route count # all").code, exit_code::ok);
  EXPECT_EQ(out.take(), "1\n");
  EXPECT_EQ(cli::run_line(c, "no such command").code, exit_code::usage);
  EXPECT_EQ(cli::run_line(c, "route count \"").code, exit_code::usage);
  server.stop();
  EXPECT_EQ(cli::run_line(c, "route count").code, exit_code::unreachable);
  start(usual_settings());
  EXPECT_EQ(cli::run_line(c, "version --json").code, exit_code::ok);
  EXPECT_EQ(out.take(), "{\"version\":\"1.2.3\",\"schema\":1}\n");
  EXPECT_EQ(cli::run_line(c, "route count").code, exit_code::ok); // --json was for one line
  EXPECT_EQ(out.take(), "1\n");
  EXPECT_EQ(cli::run_line(c, "route ?").code, exit_code::ok);
  EXPECT_NE(out.take().find("explain"), std::string::npos);
  EXPECT_TRUE(cli::run_line(c, "quit").quit);
}

TEST_F(CommandLine, CompletesPrefixesThatTheDaemonHas) {
  for (const auto* p : {"10.1.0.0/16", "10.21.0.0/16", "10.2.0.0/16", "192.0.2.0/24"})
    announce(1, p, learned({65001}));
  start(usual_settings());
  EXPECT_EQ(ctl("complete --line bellmanctl"), exit_code::ok);
  out.take();
  cli::context c{loop, out.stream(), err.stream()};
  c.options.socket = socket;
  cli::completion found;
  found.kind = cli::value_kind::prefix;
  add_live_values(c, found, "10.2");
  EXPECT_EQ(found.candidates.size(), 2u);
  EXPECT_EQ(cli::common_start(found.candidates), "10.2");
}

} // namespace
} // namespace bellman::test
