#pragma once
// The small numbers that rows of the RIB carry instead of pointers.

#include <cstdint>
#include <type_traits>

namespace bellman::rib {

/// One neighbour, for as long as it is configured: the source of its paths. `local_source` is this speaker itself.
/// 0xFFFF is never given out.
enum class peer_id : std::uint16_t {};
inline constexpr peer_id local_source{0}; ///< Routes injected by the API.

/// One Established session: its bit in the peer sets. A neighbour gets a fresh one for each session; it is used again
/// only when every partition has forgotten the old session.
enum class slot_id : std::uint16_t {};

/// Which session of a neighbour a path was received in; counts up and wraps. Partitions drop batches of an old one.
using epoch_type = std::uint8_t;

/// An interned attribute set (attribute_table.hpp). 0 is none.
enum class attr_handle : std::uint32_t {};
inline constexpr attr_handle no_attributes{0};

constexpr auto number(auto id) noexcept { return static_cast<std::underlying_type_t<decltype(id)>>(id); }

} // namespace bellman::rib
