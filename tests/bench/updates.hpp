#pragma once
// What a sender puts on the wire, encoded before the clock starts.

#include "tests/bench/table.hpp"
#include "wire/bytes.hpp"
#include "wire/prefix.hpp"

#include <span>

namespace bellman::bench {

/// Next hops of a sender's routes.
struct next_hops {
  wire::ip_address v4, v6;
};

/// Appends UPDATEs that announce these prefixes of one group.
void write_announcement(wire::bytes& out, const table& routes, sender_number sender, const next_hops& via,
                        std::span<const prefix_number> prefixes);

/// Appends UPDATEs that withdraw these prefixes, of any groups of one family.
void write_withdrawal(wire::bytes& out, const table& routes, std::span<const prefix_number> prefixes);

/// All that a sender announces, followed by an End-of-RIB for each family.
wire::bytes whole_table(const table& routes, sender_number sender, const next_hops& via);

/// UPDATEs for any prefixes, which are sorted on the way: announcements by this sender.
wire::bytes some_announcements(const table& routes, sender_number sender, const next_hops& via,
                               std::vector<prefix_number> prefixes);

} // namespace bellman::bench
