// Up: store, table and policies (the supervision tree), injected routes, neighbours, listener, API. Down: the reverse.
#include "actors/daemon/daemon.hpp"

#include "actors/daemon/process.hpp"
#include "actors/daemon/reload.hpp"
#include "actors/daemon/tree.hpp"
#include "actors/daemon/version.hpp"
#include "actors/ledger/messages.hpp"
#include "actors/ledger/store.hpp"
#include "actors/net/io_threads.hpp"
#include "actors/net/listener.hpp"
#include "actors/registry.hpp"
#include "capnp/server.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace bellman {

namespace {

constexpr auto restore_patience = std::chrono::seconds{120};
constexpr auto end_patience = std::chrono::seconds{5};

struct actor_settings : caf::actor_system_config {
  explicit actor_settings(std::uint32_t workers) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", static_cast<std::size_t>(workers));
    set("scheduler.max-throughput", std::size_t{8}); // a busy actor must not own its worker
    set("logger.verbosity", caf::atom("quiet"));
  }
};

std::uint32_t workers_of(const configs::daemon& c) {
  return c.global.workers != 0 ? c.global.workers : std::max(1u, std::thread::hardware_concurrency());
}

/// Makes the folders of state, store and socket. Answers why not.
std::optional<std::string> make_folders(const configs::daemon& c) {
  namespace fs = std::filesystem;
  std::vector<fs::path> wanted{c.global.state_dir, fs::path{c.api.socket}.parent_path()};
  if (c.store.path != ":memory:")
    wanted.push_back(fs::path{c.store.path}.parent_path());
  for (const auto& folder : wanted) {
    std::error_code e;
    if (!folder.empty() && !fs::create_directories(folder, e) && e)
      return "cannot make the folder " + folder.string() + ": " + e.message();
  }
  return std::nullopt;
}

/// The first line of each token's file.
std::optional<std::string> read_tokens(const configs::api& from, std::vector<api::token_grant>& to) {
  for (const auto& t : from.tokens) {
    api::token_grant grant{t.name, {}, static_cast<api::role>(t.role)};
    std::ifstream file{t.file};
    if (!std::getline(file, grant.text) || grant.text.empty())
      return "cannot read the token " + t.name + " from " + t.file;
    to.push_back(std::move(grant));
  }
  return std::nullopt;
}

/// Is this run the restart of one that neighbours still remember?
std::shared_ptr<rib::own_restart> restart_of(const configs::daemon& c) {
  using namespace std::chrono;
  auto own = std::make_shared<rib::own_restart>();
  const auto store = ledger::store::open(c.store.path);
  const auto mark = store ? (*store)->last_run() : result<std::optional<ledger::run_mark>, ledger::fault>{std::nullopt};
  const auto now = duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
  if (!mark || !*mark || !ledger::holds_at(**mark, now))
    return own;
  own->expected = {(*mark)->neighbors.begin(), (*mark)->neighbors.end()};
  own->give_up = steady_clock::now() + c.global.selection_deferral_time;
  own->defer_all();
  spdlog::info("restarted away={} neighbors={} deferral={}", now - (*mark)->at, own->expected.size(),
               c.global.selection_deferral_time.count());
  return own;
}

} // namespace

struct daemon::running {
  explicit running(const configs::daemon& c) : config{workers_of(c)}, system{config} {}

  // In the order of life: what stands further down ends first.
  net::io_threads io;
  actor_settings config;
  caf::actor_system system;
  caf::actor root, watcher; ///< the watcher lives as long as somebody holds it
  std::shared_ptr<net::keyring> keys = std::make_shared<net::keyring>();
  std::shared_ptr<net::guest_list> guests = std::make_shared<net::guest_list>();
  std::shared_ptr<net::listener> door;
  api::api_server server;
  std::atomic<bool> tree_gave_up = false, stopping = false;
  std::atomic<bool> comes_back = false; ///< the API said so
  std::shared_ptr<rib::own_restart> own;

  std::mutex mutex;
  std::vector<std::function<void(msg::reload_report)>> reloads; ///< whom to tell; guarded by mutex

  caf::actor look_up(const char* name) { return find_actor(system, name); }

  void start_tree(const configs::daemon& c, std::shared_ptr<policy::policies_memory> policies) {
    tree_parts parts;
    parts.partitions = c.global.partitions != 0 ? c.global.partitions : workers_of(c);
    parts.router_id = c.global.router_id;
    parts.best_path = c.best_path;
    parts.metrics->begin(c.igp_metrics);
    parts.store = c.store.path;
    parts.debug_faults = c.debug.faults;
    parts.out = net::make_fanout(io);
    parts.dialer = net::make_dialer(io);
    parts.keys = keys;
    parts.guests = guests;
    parts.most_dynamic = c.listen.dynamic_neighbors;
    parts.policies = std::move(policies);
    parts.own = own = restart_of(c);
    root = supervision::spawn_supervisor(system, supervision_tree(parts));
    enlist(system, names::root, root);
    watcher = system.spawn<caf::hidden>([this](caf::event_based_actor* self) -> caf::behavior {
      self->monitor(root);
      self->set_down_handler([this, self](const caf::down_msg&) {
        if (!stopping) {
          spdlog::critical("tree_gave_up");
          tree_gave_up = true;
          raise_signal(SIGTERM);
        }
        self->quit();
      });
      return {[](caf::unit_t) {}};
    });
  }

  /// Asks until there is an answer: the actor may not have been started yet, or be starting again.
  template <class Answer, class Question>
  std::optional<Answer> insist(const char* whom, Question question) {
    const auto end = std::chrono::steady_clock::now() + restore_patience;
    caf::scoped_actor self{system};
    while (std::chrono::steady_clock::now() < end && !tree_gave_up) {
      std::optional<Answer> got;
      if (const auto actor = look_up(whom))
        self->request(actor, restore_patience, question)
            .receive([&](Answer& a) { got = std::move(a); }, [](const caf::error&) {});
      if (got)
        return got;
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return std::nullopt;
  }

  std::optional<std::string> listen(const configs::daemon& c) {
    if (c.global.listen.empty())
      return std::nullopt;
    std::vector<net::endpoint> where;
    for (const auto& e : c.global.listen)
      where.push_back({e.address, e.port});
    auto made = net::listen(
        io, where,
        [this](std::shared_ptr<net::connection> link) {
          if (const auto neighbors = look_up(names::neighbors))
            caf::anon_send(neighbors, msg::accepted{std::move(link)});
        },
        keys,
        {c.listen.half_open, c.listen.half_open_per_address, c.listen.calls_per_second,
         std::chrono::seconds{c.listen.open_within}},
        guests);
    if (!made)
      return made.error();
    door = *made;
    return std::nullopt;
  }

  std::optional<std::string> start_api(const configs::daemon& c, std::uint32_t partitions) {
    api::server_settings s;
    s.socket = c.api.socket;
    for (const auto& e : c.api.listen)
      s.listen.push_back(configs::to_string(e));
    for (const auto& g : c.api.roles)
      s.roles.push_back({g.uid, g.gid, static_cast<api::role>(g.role)});
    if (auto trouble = read_tokens(c.api, s.tokens))
      return trouble;
    s.partitions = partitions;
    s.debug_faults = c.debug.faults;
    s.version = version_text();
    api::server_hooks hooks;
    hooks.shutdown = [this](api::farewell how) {
      comes_back = how == api::farewell::graceful;
      raise_signal(SIGTERM);
    };
    hooks.reload = [this](std::function<void(msg::reload_report)> done) {
      {
        const std::lock_guard guard{mutex};
        reloads.push_back(std::move(done));
      }
      raise_signal(SIGHUP);
    };
    hooks.start_child = [this](std::string name, std::function<caf::actor(caf::actor_system&)> make) {
      supervision::child_spec spec;
      spec.name = std::move(name);
      spec.start = std::move(make);
      spec.kind = supervision::lifetime::transient;
      if (const auto supervisor = look_up(api_supervisor))
        caf::anon_send(supervisor, msg::start_child{std::move(spec)});
    };
    hooks.calls = [this] { return door ? door->counts() : net::accept_counts{}; };
    hooks.stop_child = [this](std::string name) {
      if (const auto supervisor = look_up(api_supervisor))
        caf::anon_send(supervisor, msg::stop_child{std::move(name)});
    };
    return server.start(std::move(s), system, std::move(hooks));
  }

  /// The next run is told of this one. A failure is not waited for: then it begins as after a crash.
  void end_of_run() {
    own->leaving = comes_back.load();
    const auto neighbors = look_up(names::neighbors);
    if (!neighbors)
      return;
    caf::scoped_actor self{system};
    self->request(neighbors, end_patience, msg::end_of_run{comes_back})
        .receive(
            [](const msg::outcome& o) {
              if (o.refused)
                spdlog::warn("run_not_marked reason={}", o.refused->message);
            },
            [this](const caf::error& e) { spdlog::warn("run_not_marked reason={}", system.render(e)); });
  }

  void stop() {
    stopping = true;
    server.stop();
    door.reset();
    if (!root)
      return;
    strike(system, names::root);
    caf::scoped_actor self{system};
    self->send<caf::message_priority::high>(root, caf::exit_msg{self->address(), caf::exit_reason::user_shutdown});
    self->wait_for(root);
    root = watcher = nullptr;
  }
};

daemon::daemon(configs::daemon config, std::string file) : config_{std::move(config)}, file_{std::move(file)} {}

daemon::~daemon() {
  if (running_)
    running_->stop();
  running_.reset();
  spdlog::info("stopped");
  spdlog::shutdown();
}

std::optional<std::string> daemon::start() {
  if (auto trouble = make_folders(config_))
    return trouble;
  if (auto trouble = ledger::check_store(config_.store.path))
    return trouble;
  auto policies = policy::remember(config_.definitions);
  if (!policies)
    return policies.error().where + ": " + policies.error().what;
  spdlog::info("starting version={} asn={} file={}", version_text(), config_.global.asn, file_);

  running_ = std::make_unique<running>(config_);
  auto& r = *running_;
  r.start_tree(config_, *policies);
  if (!r.insist<msg::outcome>(names::injector, msg::injector_ready{}))
    return "injected routes could not be restored from " + config_.store.path + " (the log says why)";
  if (!r.insist<msg::outcome>(names::metrics, msg::metrics_ready{}))
    return "metrics of next hops could not be restored from " + config_.store.path + " (the log says why)";
  const auto report = r.insist<msg::reload_report>(names::neighbors, neighbors_of(config_));
  if (!report)
    return "the neighbours could not be started (the log says why)";
  if (report->refused)
    return report->refused->message;
  for (const auto& line : report->lines)
    spdlog::debug("neighbor_applied neighbor={} what={}", line.neighbor, line.what);
  if (auto trouble = r.listen(config_))
    return trouble;
  const auto partitions = config_.global.partitions != 0 ? config_.global.partitions : workers_of(config_);
  if (auto trouble = r.start_api(config_, partitions))
    return trouble;
  spdlog::info("started neighbors={} partitions={}", config_.neighbors.size(), partitions);
  return std::nullopt;
}

int daemon::run() {
  auto& r = *running_;
  for (;;) {
    const auto got = wait_for_signal();
    if (got != SIGHUP) {
      spdlog::info("stopping signal={} graceful={}", got, r.comes_back.load());
      if (r.tree_gave_up)
        return 1;
      r.end_of_run();
      return 0;
    }
    msg::reload_report report;
    if (auto wanted = configs::load(file_)) {
      report = apply_configuration(r.system, config_, *wanted);
      if (!report.refused) {
        // What needs a restart stays as it runs, so that the next reload says so again.
        config_.definitions = wanted->definitions;
        config_.groups = wanted->groups;
        config_.neighbors = wanted->neighbors;
        config_.dynamic_neighbors = wanted->dynamic_neighbors;
        config_.logging.level = wanted->logging.level;
      }
    } else {
      report.refused = refusal{"invalid", configs::render(wanted.error()), ""};
    }
    if (report.refused)
      spdlog::error("reload_refused reason={}", report.refused->message);
    for (const auto& line : report.lines)
      spdlog::info("reload neighbor={} what={}", line.neighbor, line.what);
    spdlog::info("reload_finished lines={} refused={}", report.lines.size(), report.refused.has_value());

    std::vector<std::function<void(msg::reload_report)>> whom;
    {
      const std::lock_guard guard{r.mutex};
      whom.swap(r.reloads);
    }
    for (const auto& tell : whom)
      tell(report);
  }
}

} // namespace bellman
