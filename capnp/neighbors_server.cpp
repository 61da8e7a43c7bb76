#include "capnp/neighbors_server.hpp"

#include "capnp/neighbor_values.hpp"
#include "capnp/neighbor_watch.hpp"
#include "capnp/values.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace bellman::api {

namespace {

constexpr std::size_t longest_text = 255; ///< RFC 9003 §2

void write_no_address(Fault::Builder out) { write_fault("invalid", "an address has 4 or 16 octets", out, "address"); }

bool text_fits(::capnp::Text::Reader text, Fault::Builder out) {
  if (text.size() <= longest_text)
    return true;
  write_limit("the text for the neighbor is too long", longest_text, text.size(), out);
  out.setField("text");
  return false;
}

std::string addressed(const wire::ip_address& a) { return to_string(a); }

} // namespace

kj::Promise<void> neighbors_view_server::list(ListContext context) {
  auto& server = ticket_.server();
  return server.actors.ask<msg::neighbor_list>(names::neighbors, msg::list_neighbors{}, urgency::overtaking)
      .then([&server, context](answer<msg::neighbor_list>&& a) mutable {
        if (!a.value)
          return write_unavailable(a.trouble, context.getResults().initError());
        server.names.learn(*a.value);
        auto& all = a.value->neighbors;
        std::ranges::sort(all, {}, [](const auto& n) { return n.settings.address; });
        auto out = context.getResults().initOk(static_cast<unsigned>(all.size()));
        for (unsigned i = 0; i < out.size(); ++i)
          write_status(all[i], out[i]);
      });
}

kj::Promise<void> neighbors_view_server::show(ShowContext context) {
  const auto address = read_host(context.getParams().getAddress());
  if (!address) {
    write_no_address(context.getResults().initError());
    return kj::READY_NOW;
  }
  return ticket_.server()
      .actors.ask<msg::neighbor_list>(names::neighbors, msg::show_neighbor{*address}, urgency::overtaking)
      .then([context, address](answer<msg::neighbor_list>&& a) mutable {
        if (!a.value)
          return write_unavailable(a.trouble, context.getResults().initError());
        if (a.value->neighbors.empty()) {
          auto error = context.getResults().initError();
          write_fault("not-found", "no neighbor has the address " + addressed(*address), error, "address");
          return error.setNeighbor(addressed(*address));
        }
        write_status(a.value->neighbors.front(), context.getResults().initOk());
      });
}

kj::Promise<void> neighbors_view_server::watch(WatchContext context) {
  open_neighbor_watch(ticket_.connection(), context.getParams().getSink(), context.getResults());
  return kj::READY_NOW;
}

template <class Question, class Context>
kj::Promise<void> neighbors_admin_server::carry_out(const char* what, const wire::ip_address& address,
                                                    Question question, Context context) {
  spdlog::info("api_{} neighbor={} by={}", what, addressed(address), client_);
  return ticket_.server()
      .actors.template ask<msg::outcome>(names::neighbors, std::move(question))
      .then([context, address](answer<msg::outcome>&& a) mutable {
        auto out = context.getResults();
        if (a.value && (!a.value->refused || a.value->refused->code.empty()))
          return out.setOk();
        auto error = out.initError();
        if (a.value)
          write_fault(*a.value->refused, error);
        else
          write_unavailable(a.trouble, error);
        error.setNeighbor(addressed(address));
      });
}

kj::Promise<void> neighbors_admin_server::add(AddContext context) {
  const auto params = context.getParams();
  const auto address = read_host(params.getAddress());
  const auto patch = read_patch(params.getPatch());
  if (address && patch)
    return carry_out("add", *address,
                     msg::add_neighbor{{*address, as_string(params.getGroup()), *patch, msg::origin_of_setting::api}},
                     context);
  if (!address)
    write_no_address(context.getResults().initError());
  else
    write_fault(patch.error(), context.getResults().initError());
  return kj::READY_NOW;
}

kj::Promise<void> neighbors_admin_server::change(ChangeContext context) {
  const auto params = context.getParams();
  const auto address = read_host(params.getAddress());
  const auto patch = read_patch(params.getPatch());
  if (address && patch) {
    msg::change_neighbor change{*address, std::nullopt, *patch};
    if (params.getGroup().isSet())
      change.group = as_string(params.getGroup().getSet());
    return carry_out("change", *address, std::move(change), context);
  }
  if (!address)
    write_no_address(context.getResults().initError());
  else
    write_fault(patch.error(), context.getResults().initError());
  return kj::READY_NOW;
}

kj::Promise<void> neighbors_admin_server::remove(RemoveContext context) {
  if (const auto address = read_host(context.getParams().getAddress()))
    return carry_out("remove", *address, msg::remove_neighbor{*address}, context);
  write_no_address(context.getResults().initError());
  return kj::READY_NOW;
}

kj::Promise<void> neighbors_admin_server::enable(EnableContext context) {
  if (const auto address = read_host(context.getParams().getAddress()))
    return carry_out("enable", *address, msg::enable_neighbor{*address}, context);
  write_no_address(context.getResults().initError());
  return kj::READY_NOW;
}

kj::Promise<void> neighbors_admin_server::disable(DisableContext context) {
  const auto params = context.getParams();
  const auto address = read_host(params.getAddress());
  if (!address)
    write_no_address(context.getResults().initError());
  else if (text_fits(params.getText(), context.getResults().initError()))
    return carry_out("disable", *address, msg::disable_neighbor{*address, as_string(params.getText())}, context);
  return kj::READY_NOW;
}

kj::Promise<void> neighbors_admin_server::reset(ResetContext context) {
  using kind = decltype(msg::reset_neighbor::kind);
  const auto params = context.getParams();
  const auto address = read_host(params.getAddress());
  if (!address) {
    write_no_address(context.getResults().initError());
    return kj::READY_NOW;
  }
  if (params.getKind() > ResetKind::SOFT_BOTH) {
    write_fault("unsupported", "unknown kind of reset", context.getResults().initError(), "kind");
    return kj::READY_NOW;
  }
  if (!text_fits(params.getText(), context.getResults().initError()))
    return kj::READY_NOW;
  return carry_out("reset", *address,
                   msg::reset_neighbor{*address, static_cast<kind>(params.getKind()), as_string(params.getText())},
                   context); // the kinds have the same order
}

} // namespace bellman::api
