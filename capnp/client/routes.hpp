#pragma once
// Reading routes: listing, counting, explaining. What each member means is said in capnp/rows.capnp.

#include "capnp/client/connection.hpp"
#include "capnp/client/watch.hpp"
#include "wire/bgp/path_attributes.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace bellman::client {

enum class view : std::uint8_t { best, all_paths, received, advertised };
enum class match : std::uint8_t { any, exact, longer, shorter, longest };

struct route_query {
  client::view view = client::view::best;
  std::optional<wire::ip_address> neighbor;
  bool local = false; ///< Only injected routes.
  std::optional<wire::family> family;
  client::match match = client::match::any;
  wire::prefix prefix; ///< For all but `any`.
  std::optional<std::uint32_t> origin_as, as_path_contains, community;
  std::optional<wire::large_community> large_community;
  bool filtered_only = false;
};

enum class reject_reason : std::uint8_t {
  none,
  as_loop,
  originator_loop,
  cluster_loop,
  own_next_hop,
  martian_next_hop,
  first_as,
  policy,
  no_policy,
  otc,
  blackhole,
  unreachable_next_hop,
};

/// Where a route is from. `address` is nothing for the speaker itself, and for a neighbour that has just been removed.
struct route_source {
  std::uint16_t id = 0; ///< 0: the speaker itself
  std::optional<wire::ip_address> address;
  std::uint32_t asn = 0;
};

struct route {
  wire::prefix prefix;
  route_source source;
  std::uint32_t path_id = 0;
  std::uint32_t age = 0;                                   ///< seconds
  std::shared_ptr<const wire::path_attributes> attributes; ///< Shared between the rows of a page; never null.
  std::shared_ptr<const wire::path_attributes> received;   ///< Null where import policy changed nothing.
  bool best = false, stale = false;
  bool multipath = false; ///< not the best, and as good
  reject_reason rejected = reject_reason::none;
  std::string reject_text; ///< Policy's own reason.
};

struct route_page {
  std::vector<route> rows;
  bool done = false;
};

/// A listing under way. The page behind the one that was handed out is already being fetched.
class listing {
public:
  listing(connection& c, api::Cursor::Client cursor, std::uint32_t rows_of_a_page);

  outcome<route_page> next();

private:
  void ask_ahead();

  connection& connection_;
  api::Cursor::Client cursor_;
  std::uint32_t rows_of_a_page_;
  kj::Maybe<::capnp::RemotePromise<api::PageResult>> ahead_;
};

struct candidate {
  client::route route;
  std::string lost_at; ///< Empty for the best, and for a path that cannot be used.
};

struct explanation {
  /// Two usable candidates side by side, as indexes into `candidates`.
  struct pair {
    std::uint16_t winner = 0, loser = 0;
    std::string step;
  };
  wire::prefix prefix;
  std::vector<candidate> candidates; ///< Best first, unusable ones last.
  std::vector<pair> pairs;           ///< Each with each, of the first 32.
  /// Whether the prefix is advertised to the neighbour that was asked about, and why not (capnp/routes.capnp).
  struct sending {
    bool sent = false;
    std::string reason, text;
  };
  std::optional<sending> to;
};

class routes {
public:
  /// @pre the connection outlives this object and what it hands out
  explicit routes(connection& c) : connection_{c} {}

  outcome<listing> open(const route_query& query, std::uint32_t rows_of_a_page = 2000);
  outcome<std::uint64_t> count(const route_query& query);
  outcome<explanation> explain(const wire::prefix& prefix, const std::optional<wire::ip_address>& to = {});
  /// Without `from`: a snapshot first.
  outcome<route_watch> watch(const route_query& filter, const std::optional<watch_cursor>& from = std::nullopt);

private:
  connection& connection_;
};

} // namespace bellman::client
