#include "capnp/client/neighbors.hpp"

#include "capnp/client/neighbor_values.hpp"
#include "capnp/client/values.hpp"

namespace bellman::client {

namespace {

/// Hands on what the daemon pushes. The one who waits is woken by `stop`, also when the daemon drops the sink, which it
/// does when the watch or the connection ends.
class sink_server final : public api::NeighborSink::Server {
public:
  sink_server(neighbor_sink& sink, kj::Own<kj::PromiseFulfiller<void>> stop) : sink_{sink}, stop_{kj::mv(stop)} {}

  kj::Promise<void> batch(BatchContext context) override {
    const auto in = context.getParams();
    if (stop_->isWaiting() && !sink_(in.getSnapshot(), read_statuses(in.getNeighbors())))
      stop_->fulfill();
    return kj::READY_NOW;
  }

private:
  neighbor_sink& sink_;
  kj::Own<kj::PromiseFulfiller<void>> stop_;
};

} // namespace

outcome<std::vector<neighbor_status>> neighbors::list() {
  auto view = connection_.neighbors();
  if (!view)
    return fail{view.error()};
  return connection_.ask(view->listRequest().send(), [](auto r) { return read_statuses(r.getOk()); });
}

outcome<neighbor_status> neighbors::show(const wire::ip_address& address) {
  auto view = connection_.neighbors();
  if (!view)
    return fail{view.error()};
  auto call = view->showRequest();
  call.setAddress(api::host_octets{address});
  return connection_.ask(call.send(), [](auto r) { return read_status(r.getOk()); });
}

outcome<done> neighbors::watch(neighbor_sink sink) {
  auto view = connection_.neighbors();
  if (!view)
    return fail{view.error()};
  auto stop = kj::newPromiseAndFulfiller<void>();
  auto call = view->watchRequest();
  call.setSink(kj::heap<sink_server>(sink, kj::mv(stop.fulfiller)));
  const auto handle = connection_.ask(call.send(), [](auto r) { return r.getOk(); });
  if (!handle)
    return fail{handle.error()};
  auto ended = connection_.loop().wait(kj::mv(stop.promise), std::nullopt);
  if (!ended && ended.error().code == "failed") // the sink was dropped
    ended = fail{fault{"disconnected", "the watch was ended by the daemon"}};
  return connection_.noticed(std::move(ended));
}

template <class Make>
outcome<done> neighbors::tell(Make make) {
  auto admin = connection_.neighbors_admin();
  if (!admin)
    return fail{admin.error()};
  return connection_.ask(make(*admin).send(), [](auto) { return done{}; });
}

outcome<done> neighbors::add(const wire::ip_address& address, const std::string& group, const neighbor_patch& patch) {
  return tell([&](auto& admin) {
    auto call = admin.addRequest();
    call.setAddress(api::host_octets{address});
    call.setGroup(api::as_text(group));
    write_patch(patch, call.initPatch());
    return call;
  });
}

outcome<done> neighbors::change(const wire::ip_address& address, const std::optional<std::string>& group,
                                const neighbor_patch& patch) {
  return tell([&](auto& admin) {
    auto call = admin.changeRequest();
    call.setAddress(api::host_octets{address});
    if (group)
      call.initGroup().setSet(api::as_text(*group));
    write_patch(patch, call.initPatch());
    return call;
  });
}

outcome<done> neighbors::remove(const wire::ip_address& address) {
  return tell([&](auto& admin) {
    auto call = admin.removeRequest();
    call.setAddress(api::host_octets{address});
    return call;
  });
}

outcome<done> neighbors::enable(const wire::ip_address& address) {
  return tell([&](auto& admin) {
    auto call = admin.enableRequest();
    call.setAddress(api::host_octets{address});
    return call;
  });
}

outcome<done> neighbors::disable(const wire::ip_address& address, const std::string& text) {
  return tell([&](auto& admin) {
    auto call = admin.disableRequest();
    call.setAddress(api::host_octets{address});
    call.setText(api::as_text(text));
    return call;
  });
}

outcome<done> neighbors::reset(const wire::ip_address& address, reset_kind kind, const std::string& text) {
  return tell([&](auto& admin) {
    auto call = admin.resetRequest();
    call.setAddress(api::host_octets{address});
    call.setKind(static_cast<api::ResetKind>(kind)); // the same order
    call.setText(api::as_text(text));
    return call;
  });
}

} // namespace bellman::client
