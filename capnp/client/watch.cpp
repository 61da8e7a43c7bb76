#include "capnp/client/watch.hpp"

#include "capnp/client/route_values.hpp"

namespace bellman::client {

outcome<watch_batch> route_watch::next(std::uint32_t max_events, std::chrono::milliseconds limit) {
  auto call = watch_.nextRequest();
  call.setMax(max_events);
  call.setTimeoutMs(static_cast<std::uint32_t>(limit.count()));
  kj::Promise<::capnp::Response<api::WatchBatchResult>> answer = call.send();
  // A daemon that does not even answer "nothing" is not there any more.
  auto got = connection_.noticed(connection_.loop().wait(kj::mv(answer), limit + std::chrono::seconds{30}));
  if (!got)
    return fail{got.error()};
  if (got->isError())
    return fail{read_fault(got->getError())};
  return read_batch(got->getOk());
}

namespace {

/// Whether another try may help. A part of the table that is being restarted says "unavailable" for a while.
bool is_passing(const fault& f) { return f.is_connection_lost() || f.code == "timeout" || f.code == "unavailable"; }

/// Follows on one connection until something ends it; true: a hook has had enough.
outcome<bool> follow_once(connection& c, const route_query& filter, std::optional<watch_cursor>& from,
                          const watch_hooks& hooks) {
  auto watch = routes{c}.watch(filter, from);
  if (!watch)
    return fail{watch.error()};
  if (hooks.resumed && !hooks.resumed())
    return true;
  while (true) {
    auto batch = watch->next();
    if (!batch)
      return fail{batch.error()};
    from = batch->cursor;
    if (!hooks.batch(*batch))
      return true;
  }
}

} // namespace

outcome<done> follow(connection& c, const route_query& filter, std::optional<watch_cursor> from,
                     const watch_hooks& hooks, std::chrono::milliseconds patience) {
  bool ever = false;
  watch_hooks inner = hooks;
  inner.resumed = [&] { return !std::exchange(ever, true) || !hooks.resumed || hooks.resumed(); };
  while (true) {
    const auto ended = follow_once(c, filter, from, inner);
    if (ended)
      return done{};
    if (!ever || !is_passing(ended.error()))
      return fail{ended.error()};
    if (hooks.lost && !hooks.lost(ended.error()))
      return done{};
    // Even where only a part is away: not at once, and not on a session that may be the trouble.
    if (const auto slept = c.loop().sleep(std::chrono::milliseconds{200}); !slept)
      return slept;
    if (const auto opened = c.reopen(patience); !opened)
      return opened;
  }
}

} // namespace bellman::client
