#include "actors/rib/route_batch.hpp"

namespace bellman::rib {

route_batch::~route_batch() {
  for (auto i = taken; i < groups.size(); ++i)
    if (const auto& g = groups[i]; g.attributes != no_attributes && g.v4 + g.v6 != 0)
      table->release(g.attributes, g.v4 + g.v6);
}

} // namespace bellman::rib
