#pragma once
// The one place that includes Asio. Boost 1.74 uses std::exchange without including <utility>.

#include <utility>

#include <boost/asio.hpp>

namespace bellman::net {

namespace asio = boost::asio;

} // namespace bellman::net
