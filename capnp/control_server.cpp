#include "capnp/control_server.hpp"

#include "actors/ledger/messages.hpp"
#include "actors/supervision/messages.hpp"
#include "capnp/health.hpp"
#include "capnp/values.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace bellman::api {

namespace {

constexpr std::uint32_t schema_version = 1;
constexpr std::chrono::milliseconds reload_patience{60000};

LogLevel to_api(spdlog::level::level_enum level) {
  switch (level) {
  case spdlog::level::trace: return LogLevel::TRACE;
  case spdlog::level::debug: return LogLevel::DEBUG;
  case spdlog::level::info: return LogLevel::INFO;
  case spdlog::level::warn: return LogLevel::WARNING;
  case spdlog::level::err:
  case spdlog::level::critical: return LogLevel::ERROR;
  default: return LogLevel::OFF;
  }
}

std::optional<spdlog::level::level_enum> from_api(LogLevel level) {
  switch (level) {
  case LogLevel::TRACE: return spdlog::level::trace;
  case LogLevel::DEBUG: return spdlog::level::debug;
  case LogLevel::INFO: return spdlog::level::info;
  case LogLevel::WARNING: return spdlog::level::warn;
  case LogLevel::ERROR: return spdlog::level::err;
  case LogLevel::OFF: return spdlog::level::off;
  }
  return std::nullopt;
}

void write_report(const msg::reload_report& from, ReloadResult::Builder out) {
  if (from.refused)
    return write_fault(*from.refused, out.initError());
  auto lines = out.initOk(static_cast<unsigned>(from.lines.size()));
  for (unsigned i = 0; i < lines.size(); ++i) {
    lines[i].setNeighbor(from.lines[i].neighbor);
    lines[i].setWhat(from.lines[i].what);
  }
}

std::int64_t seconds_since_1970(std::chrono::system_clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

void write_node(const msg::supervision_node& from, SupervisionNode::Builder out) {
  out.setName(as_text(from.name));
  out.setKind(as_text(from.kind));
  out.setState(as_text(from.state));
  out.setRestarts(from.restarts);
  out.setLastFailure(as_text(from.last_failure));
  out.setLastFailureAt(seconds_since_1970(from.last_failure_at));
  auto children = out.initChildren(static_cast<unsigned>(from.children.size()));
  for (unsigned i = 0; i < children.size(); ++i)
    write_node(from.children[i], children[i]);
}

/// The part of a path below the root supervisor; nothing for what is no path.
std::optional<std::string> path_below_root(const std::string& target) {
  const auto head = std::string{names::root} + "/";
  return target.starts_with(head) ? std::optional{target.substr(head.size())} : std::nullopt;
}

} // namespace

kj::Promise<void> control_view_server::health(HealthContext context) {
  return read_health(ticket_.server()).then([context](daemon_health&& h) mutable {
    write_health(h, context.getResults().initHealth());
  });
}

kj::Promise<void> control_view_server::version(VersionContext context) {
  context.getResults().setVersion(ticket_.server().settings.version);
  context.getResults().setSchema(schema_version);
  return kj::READY_NOW;
}

kj::Promise<void> control_view_server::tree(TreeContext context) {
  return ticket_.server()
      .actors.ask<msg::supervision_node>(names::root, msg::get_tree{}, urgency::overtaking)
      .then([context](answer<msg::supervision_node>&& tree) mutable {
        if (tree.value)
          write_node(*tree.value, context.getResults().initOk());
        else
          write_unavailable(tree.trouble, context.getResults().initError());
      });
}

kj::Promise<void> control_view_server::logLevel(LogLevelContext context) {
  context.getResults().setLevel(to_api(spdlog::get_level()));
  return kj::READY_NOW;
}

kj::Promise<void> control_admin_server::setLogLevel(SetLogLevelContext context) {
  if (const auto level = from_api(context.getParams().getLevel())) {
    spdlog::set_level(*level);
    spdlog::info("api_log_level level={} by={}", spdlog::level::to_string_view(*level), client_);
    context.getResults().setOk();
  } else {
    write_fault("invalid", "unknown level", context.getResults().initError(), "level");
  }
  return kj::READY_NOW;
}

kj::Promise<void> control_admin_server::shutdown(ShutdownContext context) {
  const auto& hook = ticket_.server().hooks.shutdown;
  if (!hook) {
    write_fault("unsupported", "this daemon cannot be stopped over the API", context.getResults().initError());
    return kj::READY_NOW;
  }
  const bool graceful = context.getParams().getGraceful();
  spdlog::info("api_shutdown graceful={} by={}", graceful, client_);
  hook(graceful ? farewell::graceful : farewell::plain);
  context.getResults().setOk();
  return kj::READY_NOW;
}

kj::Promise<void> control_admin_server::reload(ReloadContext context) {
  const auto& hook = ticket_.server().hooks.reload;
  if (!hook) {
    write_fault("unsupported", "this daemon has no configuration file", context.getResults().initError());
    return kj::READY_NOW;
  }
  spdlog::info("api_reload by={}", client_);
  auto paf = kj::newPromiseAndCrossThreadFulfiller<msg::reload_report>();
  auto reply = std::make_shared<decltype(paf.fulfiller)>(kj::mv(paf.fulfiller)); // std::function copies
  hook([reply](msg::reload_report r) { (*reply)->fulfill(std::move(r)); });
  auto late = ticket_.server().timer.afterDelay(reload_patience.count() * kj::MILLISECONDS).then([] {
    msg::reload_report r;
    r.refused = refusal{"unavailable", "the reload has not finished in time", ""};
    return r;
  });
  return paf.promise.exclusiveJoin(kj::mv(late)).then([context](msg::reload_report&& r) mutable {
    write_report(r, context.getResults());
  });
}

kj::Promise<void> control_admin_server::injectFault(InjectFaultContext context) {
  const auto params = context.getParams();
  const auto target = as_string(params.getTarget()), reason = as_string(params.getReason());
  const auto& server = ticket_.server();
  if (!server.settings.debug_faults) {
    write_fault("forbidden", "the configuration does not allow it (debug.faults)", context.getResults().initError());
    return kj::READY_NOW;
  }
  spdlog::warn("api_inject_fault target={} by={}", target, client_);
  if (auto path = path_below_root(target))
    return server.actors.ask<msg::outcome>(names::root, msg::fail_child{std::move(*path), reason})
        .then([context](answer<msg::outcome>&& done) mutable {
          if (!done.value)
            write_unavailable(done.trouble, context.getResults().initError());
          else if (done.value->refused)
            write_fault(*done.value->refused, context.getResults().initError());
          else
            context.getResults().setOk();
        });
  const auto whom = target.size() <= 10 ? server.actors.look_up(target) : caf::actor{};
  if (whom) {
    caf::anon_send(whom, msg::fail_now{reason});
    context.getResults().setOk();
  } else {
    write_fault("not-found", "no actor has this name", context.getResults().initError(), "target");
  }
  return kj::READY_NOW;
}

} // namespace bellman::api
