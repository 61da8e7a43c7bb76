#include "capnp/inject_server.hpp"

#include "capnp/edits.hpp"
#include "capnp/values.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

namespace bellman::api {

namespace {

constexpr std::uint32_t default_page = 1000, largest_page = 10000;
constexpr unsigned rows_a_call = 1000;
constexpr std::size_t longest_request_id = 128;
constexpr std::chrono::milliseconds commit_patience{60000};

edits::limits limits_of(const ticket& t) {
  const auto& l = t.server().settings.limits;
  return {l.batch_rows, l.batch_sets};
}

template <class Context>
kj::Promise<void> settle(kj::Promise<answer<msg::injected>> asked, Context context) {
  return asked.then([context](answer<msg::injected>&& a) mutable {
    CommitResult::Builder out = context.getResults();
    if (!a.value)
      return write_unavailable(a.trouble +
                                   "; whether the routes were stored is not known: repeat with the same request id",
                               out.initError());
    if (a.value->refused)
      return write_fault(*a.value->refused, out.initError());
    auto ok = out.initOk();
    ok.setSequence(a.value->sequence);
    ok.setAnnounced(a.value->announced);
    ok.setWithdrawn(a.value->withdrawn);
  });
}

template <class Context>
kj::Promise<void> commit_edits(ticket& t, edits& e, const std::string& owner, Context context) {
  const auto request_id = context.getParams().getRequestId();
  if (request_id.size() > longest_request_id)
    e.fail({"limit", "requestId", "the request id is too long", longest_request_id, request_id.size()});
  if (e.failed()) {
    auto error = context.getResults().initError();
    write_fault(e.wrong()->code, e.wrong()->message, error, e.wrong()->field);
    error.setLimit(e.wrong()->limit);
    error.setCurrent(e.wrong()->current);
    return kj::READY_NOW;
  }
  spdlog::debug("api_commit owner={} edits={}", owner, e.rows());
  auto asked = t.server().actors.ask<msg::injected>(names::injector, e.take(owner, as_string(request_id)),
                                                    urgency::in_order, commit_patience);
  context.releaseParams();
  return settle(kj::mv(asked), context);
}

class batch_server final : public Batch::Server {
public:
  batch_server(ticket object, ticket batch, std::string owner)
      : object_{kj::mv(object)}, batch_{kj::mv(batch)}, owner_{std::move(owner)}, edits_{limits_of(object_)} {}

  kj::Promise<void> defineAttrs(DefineAttrsContext context) override {
    const auto params = context.getParams();
    edits_.define(params.getId(), params.getAttributes());
    return kj::READY_NOW;
  }
  kj::Promise<void> put(PutContext context) override {
    const auto rows = context.getParams().getRows();
    if (fits(rows.size()))
      for (const auto r : rows)
        edits_.put(r.getPrefix(), r.getAttributes());
    return kj::READY_NOW;
  }
  kj::Promise<void> del(DelContext context) override {
    const auto prefixes = context.getParams().getPrefixes();
    if (fits(prefixes.size()))
      for (const auto p : prefixes)
        edits_.del(p);
    return kj::READY_NOW;
  }
  kj::Promise<void> commit(CommitContext context) override {
    if (used_)
      edits_.fail({"invalid", "", "this batch was committed already"});
    used_ = true;
    return commit_edits(object_, edits_, owner_, context);
  }

private:
  bool fits(unsigned rows) {
    if (used_)
      edits_.fail({"invalid", "", "this batch was committed already"});
    if (rows > rows_a_call)
      edits_.fail({"limit", "rows", "too many rows in one call", rows_a_call, rows});
    return !edits_.failed();
  }

  ticket object_, batch_;
  const std::string owner_;
  edits edits_;
  bool used_ = false;
};

class injected_cursor final : public InjectedCursor::Server {
public:
  injected_cursor(ticket t, std::string owner) : ticket_{kj::mv(t)}, owner_{std::move(owner)} {}

  kj::Promise<void> next(NextContext context) override {
    const auto asked = context.getParams().getMax();
    const auto max = asked == 0 ? default_page : std::min(asked, largest_page);
    return ticket_.connection().in_turn([this, context, max]() mutable {
      return ticket_.server()
          .actors.ask<msg::injected_page>(names::injector, msg::list_injected{owner_, offset_, max})
          .then([this, context](answer<msg::injected_page>&& a) mutable {
            if (!a.value)
              return write_unavailable(a.trouble, context.getResults().initError());
            offset_ += a.value->rows.size();
            write(*a.value, context.getResults().initOk());
          });
    });
  }

private:
  static void write(const msg::injected_page& from, InjectedPage::Builder out) {
    std::map<const wire::path_attributes*, std::uint32_t> index_of;
    std::vector<const wire::path_attributes*> sets;
    auto rows = out.initRows(static_cast<unsigned>(from.rows.size()));
    for (unsigned i = 0; i < rows.size(); ++i) {
      const auto* set = from.rows[i].attributes.get();
      const auto [at, fresh] = index_of.try_emplace(set, static_cast<std::uint32_t>(sets.size()));
      if (fresh)
        sets.push_back(set);
      write_prefix(from.rows[i].prefix, rows[i].initPrefix());
      rows[i].setAttributes(at->second);
      rows[i].setOwner(from.rows[i].owner);
    }
    auto list = out.initAttributes(static_cast<unsigned>(sets.size()));
    for (unsigned i = 0; i < list.size(); ++i)
      if (sets[i] != nullptr)
        write_attributes(*sets[i], list[i]);
    out.setDone(from.done);
  }

  ticket ticket_;
  const std::string owner_;
  std::uint64_t offset_ = 0;
};

} // namespace

kj::Promise<void> injector_server::begin(BeginContext context) {
  auto& connection = ticket_.connection();
  auto out = context.getResults();
  auto object = admit(connection, out.initError());
  if (!object)
    return kj::READY_NOW;
  auto batch = admit(connection, &connection_state::batches, connection.server.settings.limits.batches, "batches",
                     out.getError());
  if (batch)
    out.setOk(kj::heap<batch_server>(kj::mv(*object), kj::mv(*batch), owner_));
  return kj::READY_NOW;
}

kj::Promise<void> injector_server::announce(AnnounceContext context) {
  const auto params = context.getParams();
  edits e{limits_of(ticket_)};
  std::uint32_t id = 0;
  if (params.getRoutes().size() > rows_a_call)
    e.fail({"limit", "routes", "too many routes in one call", rows_a_call, params.getRoutes().size()});
  for (const auto r : params.getRoutes()) {
    e.define(id, r.getAttributes());
    e.put(r.getPrefix(), id++);
  }
  return commit_edits(ticket_, e, owner_, context);
}

kj::Promise<void> injector_server::withdraw(WithdrawContext context) {
  const auto params = context.getParams();
  edits e{limits_of(ticket_)};
  if (params.getPrefixes().size() > rows_a_call)
    e.fail({"limit", "prefixes", "too many prefixes in one call", rows_a_call, params.getPrefixes().size()});
  for (const auto p : params.getPrefixes())
    e.del(p);
  return commit_edits(ticket_, e, owner_, context);
}

kj::Promise<void> injector_server::list(ListContext context) {
  auto out = context.getResults();
  if (auto t = admit(ticket_.connection(), out.initError()))
    out.setOk(kj::heap<injected_cursor>(kj::mv(*t), owner_));
  return kj::READY_NOW;
}

kj::Promise<void> injector_server::withdrawAll(WithdrawAllContext context) {
  spdlog::info("api_withdraw_all owner={}", owner_);
  return settle(ticket_.server().actors.ask<msg::injected>(names::injector, msg::withdraw_all{owner_},
                                                           urgency::in_order, commit_patience),
                context);
}

} // namespace bellman::api
