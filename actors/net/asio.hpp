#pragma once
// The one place that includes Asio. Boost 1.74 uses std::exchange without including <utility>.

#include <utility>

// The thread sanitizer knows no fences; Asio's locks are enough here.
#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <boost/asio.hpp>

namespace bellman::net {

namespace asio = boost::asio;

} // namespace bellman::net
