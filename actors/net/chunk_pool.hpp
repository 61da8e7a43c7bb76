#pragma once
// Buffers that sockets are read into. They travel through the daemon as chunks and come back here: to free them on the
// threads where chunks end costs the allocator more than the reading.

#include "actors/net/connection.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace bellman::net {

/// Thread-safe. Chunks may outlive everything else of net/.
class chunk_pool : public std::enable_shared_from_this<chunk_pool> {
public:
  using buffer = std::unique_ptr<std::uint8_t[]>;
  static constexpr std::size_t read_size = std::size_t{128} << 10; ///< At least so much room for a read,
  static constexpr std::size_t buffer_size =
      read_size + (std::size_t{64} << 10); ///< behind the beginning of a message.
  /// A chunk up to this size gets an allocation of its own: it must not keep a whole buffer away from others.
  static constexpr std::size_t small = std::size_t{32} << 10;

  buffer take();
  /// A chunk of the first `size` bytes of `data`; takes the buffer away where that is cheaper than copying.
  std::shared_ptr<chunk> make_chunk(buffer& data, std::size_t size);

private:
  struct pooled;
  static constexpr std::size_t most_free = 16;
  void put(buffer data);

  std::mutex mutex_;
  std::vector<buffer> free_;
};

} // namespace bellman::net
