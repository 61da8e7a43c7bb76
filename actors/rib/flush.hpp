#pragma once
// What a partition hands to the I/O side: encoded messages, shared by all the sessions that get the same ones.

#include "actors/rib/peer_bits.hpp"
#include "wire/bytes.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace bellman::rib {

struct encoded_updates {
  wire::bytes data;           ///< whole UPDATEs
  std::uint32_t messages = 0; ///< how many
};

struct delivery {
  std::shared_ptr<const encoded_updates> updates;
  peer_bits to;
};

using flush = std::vector<delivery>;

} // namespace bellman::rib
