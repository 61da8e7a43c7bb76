#pragma once
// Routes of our own: batches that are all or nothing, and the list of what was injected (capnp/inject.capnp).

#include "capnp/client/connection.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/prefix.hpp"

#include <map>
#include <memory>
#include <vector>

namespace bellman::client {

struct receipt {
  std::uint64_t sequence = 0; ///< Of the ledger.
  std::uint64_t announced = 0, withdrawn = 0;
};

/// Rows are sent while it is filled, as fast as the daemon takes them. Nothing happens before commit; dropping it
/// forgets it. Each attribute set goes over the wire once.
class batch {
public:
  batch(connection& c, api::Batch::Client b) : connection_{c}, batch_{kj::mv(b)} {}

  outcome<done> put(const wire::prefix& prefix, const wire::path_attributes& attributes);
  outcome<done> del(const wire::prefix& prefix);
  /// `request_id`: the same id again changes nothing and is answered as before; empty: the daemon makes one.
  outcome<receipt> commit(const std::string& request_id = {});

  std::uint64_t rows() const noexcept { return rows_; }

private:
  struct row {
    wire::prefix prefix;
    std::uint32_t attributes;
  };

  outcome<std::uint32_t> id_of(const wire::path_attributes& attributes);
  outcome<done> flush();
  outcome<done> flush_puts();
  outcome<done> flush_dels();

  connection& connection_;
  api::Batch::Client batch_;
  std::map<std::string, std::uint32_t> known_; ///< canonical message of a set -> its id
  wire::path_attributes last_;
  std::uint32_t last_id_ = 0; ///< 0: none yet
  std::vector<row> puts_;     ///< One of the two is empty: the order of edits matters.
  std::vector<wire::prefix> dels_;
  std::uint64_t rows_ = 0;
};

struct injected_route {
  wire::prefix prefix;
  std::string owner;
  std::shared_ptr<const wire::path_attributes> attributes; ///< never null
};

struct injected_page {
  std::vector<injected_route> rows;
  bool done = false;
};

class injected_listing {
public:
  injected_listing(connection& c, api::InjectedCursor::Client cursor) : connection_{c}, cursor_{kj::mv(cursor)} {}

  outcome<injected_page> next(std::uint32_t max = 2000);

private:
  connection& connection_;
  api::InjectedCursor::Client cursor_;
};

class injector {
public:
  /// For one owner; empty: the session's own name. @pre the connection outlives this object and what it hands out
  explicit injector(connection& c, std::string owner = {}) : connection_{c}, owner_{std::move(owner)} {}

  outcome<batch> begin();
  outcome<injected_listing> list();
  outcome<receipt> withdraw_all();

private:
  connection& connection_;
  std::string owner_;
};

} // namespace bellman::client
