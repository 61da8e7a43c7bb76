#pragma once
// ROUTE-REFRESH (RFC 2918) with the demarcation of enhanced route refresh (RFC 7313).

#include "wire/bgp/notification.hpp"
#include "wire/bytes.hpp"
#include "wire/family.hpp"
#include "wire/result.hpp"

#include <cstdint>

namespace bellman::wire {

struct route_refresh {
  enum class kind : std::uint8_t { request = 0, begin = 1, end = 2 };

  wire::family family;
  std::uint8_t subtype = 0; ///< A `kind`, or an unknown number, which is to be ignored (RFC 7313 §5).

  bool operator==(const route_refresh&) const = default;
};

/// A body of another length than 4 is "Invalid Message Length" (RFC 7313 §5); a request with ORF data (RFC 5291)
/// behind is accepted, its ORF ignored, because we never announce ORF.
result<route_refresh, notification> decode_route_refresh(bytes_view body);
bytes encode(const route_refresh& r);

} // namespace bellman::wire
