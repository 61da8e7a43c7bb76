// Canonical bytes (see attribute_codec.hpp): from values, back to values, and straight from a received block.
#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/attribute/reach.hpp"
#include "wire/bgp/attribute/rule.hpp"

#include <algorithm>

namespace bellman::wire {

namespace {

constexpr std::uint8_t mp_reach = static_cast<std::uint8_t>(attribute_type::mp_reach_nlri);

/// Merges three sorted rows: the attributes of the table, attribute 14, the unknown ones.
class canonical_encoder {
public:
  canonical_encoder(const path_attributes& attributes, wire::family family, bytes& out)
      : attributes_{attributes}, family_{family}, out_{out}, unknown_{attributes.unknown.begin()},
        hop_in_mp_{attributes.next_hop && attribute::in_mp_reach(*attributes.next_hop, family)} {}

  void run() {
    for (const auto& rule : attribute_rules()) {
      const auto type = static_cast<std::uint8_t>(rule.type);
      put_others_below(type);
      if (rule.type == attribute_type::next_hop && hop_in_mp_) {
        continue;
      }
      const bool partial = rule.may_be_partial() && (attributes_.partial_types >> type & 1) != 0;
      rule.encode(attributes_, rule.flags | (partial ? attribute_flag::partial : 0), out_);
    }
    put_others_below(256);
  }

private:
  void put_others_below(unsigned type) {
    if (hop_in_mp_ && type > mp_reach) {
      put_unknown_below(mp_reach);
      attribute::encode_next_hop_only(*attributes_.next_hop, family_, out_);
      hop_in_mp_ = false;
    }
    put_unknown_below(type);
  }

  void put_unknown_below(unsigned type) {
    for (; unknown_ != attributes_.unknown.end() && unknown_->type < type; ++unknown_) {
      put_attribute_header(out_, unknown_->flags, unknown_->type, unknown_->value.size());
      put(out_, unknown_->value);
    }
  }

  const path_attributes& attributes_;
  const wire::family family_;
  bytes& out_;
  std::vector<unknown_attribute>::const_iterator unknown_;
  bool hop_in_mp_;
};

} // namespace

void encode_canonical(const path_attributes& attributes, family family, bytes& out) {
  canonical_encoder{attributes, family, out}.run();
}

path_attributes decode_canonical(bytes_view canonical) {
  static constexpr decode_context as_we_keep_it{.kind = session_kind::ibgp};
  path_attributes decoded;
  attribute_values values{.context = as_we_keep_it, .into = decoded, .trusted = true};
  for (attribute_cursor in{canonical}; in.next();) {
    const auto& a = *in;
    if (a.type == mp_reach) {
      decoded.next_hop = attribute::read_next_hop(a.value.subspan(4, a.value[3]));
    } else if (const auto* rule = find_rule(a.type)) {
      rule->decode(a.value, values);
      if (a.has(attribute_flag::partial)) {
        decoded.partial_types |= std::uint64_t{1} << a.type;
      }
    } else {
      decoded.unknown.push_back({static_cast<std::uint8_t>(a.flags & ~attribute_flag::extended_length), a.type,
                                 bytes(a.value.begin(), a.value.end())});
    }
  }
  return decoded;
}

} // namespace bellman::wire
