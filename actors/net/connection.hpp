#pragma once
// One TCP connection of a BGP session, seen from outside Asio: whole messages in, bytes out, timers that keep it alive.
//
// Everything runs on the I/O thread; the functions here may be called from any thread and only post there. Callbacks
// run on the I/O thread and must not block (an actor's anon_send is right).

#include "actors/peer/session_keys.hpp"
#include "actors/rib/ids.hpp"
#include "actors/rib/route_batch.hpp"
#include "wire/bytes.hpp"
#include "wire/prefix.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bellman::net {

struct endpoint {
  wire::ip_address address;
  std::uint16_t port = 0;
  bool operator==(const endpoint&) const = default;
};

/// What the kernel does for a connection. TTL or hop limit: 0 is the system's, and whatever arrives.
struct protection {
  std::uint8_t ttl = 0;       ///< of what is sent
  std::uint8_t least_ttl = 0; ///< what arrives with less is dropped (RFC 5082)
  std::string md5_key = {};   ///< RFC 2385; empty: no signatures
  peer::ao_chain ao = {};     ///< RFC 5925; empty: none. Not both.
  bool operator==(const protection&) const = default;
};

/// One or more whole messages, headers checked. `owed` stops the reader while too many bytes are under way: hold it
/// until the bytes have been dealt with (batches made from them carry it on).
struct chunk {
  std::unique_ptr<std::uint8_t[]> data;
  std::size_t size = 0;
  std::shared_ptr<rib::credit> owed;

  wire::bytes_view view() const noexcept { return {data.get(), size}; }
};

/// Why a connection is gone.
struct closed {
  enum class kind : std::uint8_t {
    by_us,             ///< close() was called
    by_peer,           ///< FIN or RST
    failed,            ///< could not connect, or an I/O error
    hold_time_expired, ///< nothing came within the hold time; Hold Timer Expired was sent
    bad_header,        ///< Message Header Error was sent (RFC 4271 §6.1)
    send_stalled,      ///< the peer took nothing for the send hold time (RFC 9687)
  };
  closed::kind kind = kind::by_us;
  std::string detail;
};

struct callbacks {
  std::function<void(std::shared_ptr<chunk>)> on_messages;
  std::function<void(closed)> on_closed;                 ///< exactly once, the last callback
  std::function<void(rib::slot_id, bool)> on_congestion; ///< outbox over its limit / drained again
};

/// Message counts by type (index: wire::message_type), as they crossed the socket.
struct traffic {
  std::uint64_t messages_in[6]{}, messages_out[6]{};
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t outbox_bytes = 0, outbox_peak = 0;
};

class connection {
public:
  virtual ~connection() = default; ///< The owner's last reference going away closes the connection.

  virtual endpoint local() const = 0;
  virtual endpoint remote() const = 0;
  /// TTL or hop limit of the SYN that an accepted connection began with. 0: the kernel did not keep it (SYN cookies),
  /// or we called.
  virtual unsigned came_with() const = 0;

  /// For an accepted connection, before `start`: one that came with too low a TTL, or cannot be protected, is closed.
  /// From now on unsigned segments are dropped where there is a key.
  virtual void protect(protection how) = 0;
  /// Where it has TCP-AO keys: it gets these, and goes on; the first is sent with. What the kernel does not take is
  /// logged (`tcp_ao_key_refused`), and the connection stays with the keys that it has.
  virtual void rekey(peer::ao_chain keys) = 0;
  /// Before `start`: tells, on the I/O thread, the first message once it is there, without taking it from the socket.
  /// Nothing where it is no OPEN, does not come in time, or the connection is closed.
  virtual void peek_open(std::function<void(std::optional<wire::bytes>)> done) = 0;
  /// Begins to read. Until then nothing is consumed.
  virtual void start(callbacks cb) = 0;
  /// Queues one whole control message (OPEN, KEEPALIVE, NOTIFICATION, ROUTE-REFRESH, End-of-RIB): behind everything
  /// that was queued before, from whatever thread.
  virtual void send(wire::bytes message) = 0;
  /// OPENs are exchanged: sets the message limit and, with a hold time, keepalive sending and hold-time watching
  /// (0 s: none). Hold time before this call: 4 minutes (RFC 4271 §8.2.2, OpenSent).
  virtual void set_timers(std::chrono::seconds hold_time, std::chrono::seconds keepalive,
                          std::uint16_t max_message) = 0;
  /// The session ends when the peer takes nothing for so long, or for twice the hold time if that is more (RFC 9687).
  virtual void set_send_hold(std::chrono::seconds longest) = 0;
  /// Joins the fan-out under `slot`: from now on deliveries to it are queued here. Leaves when closed.
  virtual void join(rib::slot_id slot) = 0;
  /// Sends `last_words` (a NOTIFICATION) if there are any, then closes. Waits at most a second for the peer to take
  /// them.
  virtual void close(std::optional<wire::bytes> last_words) = 0;
  virtual traffic counters() const = 0;
};

} // namespace bellman::net
