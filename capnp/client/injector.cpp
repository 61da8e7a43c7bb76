#include "capnp/client/injector.hpp"

#include "capnp/client/attribute_set.hpp"
#include "capnp/client/values.hpp"

#include <capnp/message.h>

namespace bellman::client {

namespace {

constexpr std::size_t rows_of_a_call = 1000; ///< the daemon's limit

receipt read_receipt(api::Committed::Reader in) { return {in.getSequence(), in.getAnnounced(), in.getWithdrawn()}; }

/// The same text for the same set, whatever order its message was built in.
std::string key_of(api::AttributeSet::Reader set) {
  const auto words = ::capnp::canonicalize(set);
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

} // namespace

outcome<std::uint32_t> batch::id_of(const wire::path_attributes& attributes) {
  if (last_id_ != 0 && attributes == last_)
    return last_id_;
  ::capnp::MallocMessageBuilder message;
  auto set = message.initRoot<api::AttributeSet>();
  api::write_attributes(attributes, set);
  const auto [at, fresh] = known_.try_emplace(key_of(set), static_cast<std::uint32_t>(known_.size() + 1));
  if (fresh) {
    auto call = batch_.defineAttrsRequest();
    call.setId(at->second);
    call.setAttributes(set);
    if (auto sent = connection_.noticed(connection_.loop().wait(call.send(), connection_.where().patience)); !sent)
      return fail{sent.error()};
  }
  last_ = attributes;
  last_id_ = at->second;
  return at->second;
}

outcome<done> batch::put(const wire::prefix& prefix, const wire::path_attributes& attributes) {
  if (!dels_.empty() || puts_.size() == rows_of_a_call)
    if (auto sent = flush(); !sent)
      return sent;
  const auto id = id_of(attributes);
  if (!id)
    return fail{id.error()};
  puts_.push_back({prefix, *id});
  ++rows_;
  return done{};
}

outcome<done> batch::del(const wire::prefix& prefix) {
  if (!puts_.empty() || dels_.size() == rows_of_a_call)
    if (auto sent = flush(); !sent)
      return sent;
  dels_.push_back(prefix);
  ++rows_;
  return done{};
}

outcome<done> batch::flush_puts() {
  auto call = batch_.putRequest();
  auto rows = call.initRows(static_cast<unsigned>(puts_.size()));
  for (unsigned i = 0; i < rows.size(); ++i) {
    api::write_prefix(puts_[i].prefix, rows[i].initPrefix());
    rows[i].setAttributes(puts_[i].attributes);
  }
  puts_.clear();
  return connection_.noticed(connection_.loop().wait(call.send(), connection_.where().patience));
}

outcome<done> batch::flush_dels() {
  auto call = batch_.delRequest();
  api::write_prefixes(dels_, call.initPrefixes(static_cast<unsigned>(dels_.size())));
  dels_.clear();
  return connection_.noticed(connection_.loop().wait(call.send(), connection_.where().patience));
}

outcome<done> batch::flush() {
  if (!puts_.empty())
    return flush_puts();
  if (!dels_.empty())
    return flush_dels();
  return done{};
}

outcome<receipt> batch::commit(const std::string& request_id) {
  if (auto sent = flush(); !sent)
    return fail{sent.error()};
  auto call = batch_.commitRequest();
  call.setRequestId(api::as_text(request_id));
  return connection_.ask(call.send(), [](auto r) { return read_receipt(r.getOk()); });
}

outcome<injected_page> injected_listing::next(std::uint32_t max) {
  auto call = cursor_.nextRequest();
  call.setMax(max);
  return connection_.ask(call.send(), [](auto r) {
    const auto in = r.getOk();
    std::vector<std::shared_ptr<const wire::path_attributes>> sets;
    for (const auto s : in.getAttributes())
      sets.push_back(std::make_shared<const wire::path_attributes>(api::show_attributes(s)));
    injected_page page;
    page.done = in.getDone();
    for (const auto row : in.getRows())
      page.rows.push_back({api::read_prefix(row.getPrefix()).value_or(wire::prefix{}), api::as_string(row.getOwner()),
                           row.getAttributes() < sets.size() ? sets[row.getAttributes()]
                                                             : std::make_shared<const wire::path_attributes>()});
    return page;
  });
}

outcome<batch> injector::begin() {
  auto interface = connection_.injector(owner_);
  if (!interface)
    return fail{interface.error()};
  auto begun = connection_.ask(interface->beginRequest().send(), [](auto r) { return r.getOk(); });
  if (!begun)
    return fail{begun.error()};
  return batch{connection_, kj::mv(*begun)};
}

outcome<injected_listing> injector::list() {
  auto interface = connection_.injector(owner_);
  if (!interface)
    return fail{interface.error()};
  auto cursor = connection_.ask(interface->listRequest().send(), [](auto r) { return r.getOk(); });
  if (!cursor)
    return fail{cursor.error()};
  return injected_listing{connection_, kj::mv(*cursor)};
}

outcome<receipt> injector::withdraw_all() {
  auto interface = connection_.injector(owner_);
  if (!interface)
    return fail{interface.error()};
  return connection_.ask(interface->withdrawAllRequest().send(), [](auto r) { return read_receipt(r.getOk()); });
}

} // namespace bellman::client
