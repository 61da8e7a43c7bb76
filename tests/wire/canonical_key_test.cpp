// The short cut past the decoder must lead to where the decoder leads, or nowhere.
#include "wire/bgp/attribute_codec.hpp"

#include "tests/wire/random_attributes.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;

struct keyed {
  bytes key;
  decoded_attributes decoded;
  wire::family family;
};

keyed key_of(const bytes& body, const decode_context& context) {
  const auto parts = split_update(body);
  assert(parts);
  bytes scratch;
  const auto key = canonical_key(*parts, context, scratch);
  return {bytes(key.begin(), key.end()), decode_attributes(*parts, context),
          parts->nlri.empty() ? parts->mp_reach_family : ipv4_unicast};
}

bytes canonical_of(const keyed& k) {
  bytes out;
  encode_canonical(k.decoded.attributes, k.family, out);
  return out;
}

constexpr decode_context extended_hop{.extended_next_hop = true};

TEST(CanonicalKey, IsTheCanonicalFormOfWhatNeedsNoParsing) {
  const auto communities = hex("c0 08 08 00010001 00010002");
  struct {
    bytes body;
    decode_context context;
  } const cases[]{
      {update_body(mandatory, nlri_198_51_100_0), ebgp},
      {update_body(mandatory + local_pref_100, nlri_198_51_100_0), ibgp},
      {update_body(mandatory + communities, nlri_198_51_100_0), ebgp},
      {update_body(mandatory + hex("c0 08 08 00010002 00010001"), nlri_198_51_100_0), ebgp},
      {update_body(mandatory + hex("c0 20 18 000000020000000000000000 000000010000000000000000"), nlri_198_51_100_0),
       ebgp},
      {update_body(mandatory + hex("d0 08 0004 00010002"), nlri_198_51_100_0), ebgp},
      {update_body(mandatory + hex("e0 08 04 00010002"), nlri_198_51_100_0), ebgp},
      {update_body(mandatory + hex("c0 63 01 07"), nlri_198_51_100_0), ebgp},
      {update_body(mandatory + hex("80 63 01 07"), nlri_198_51_100_0), ebgp},
      {update_body(hex("6f 01 01 00") + path_64501 + hop_192_0_2_1, nlri_198_51_100_0), ebgp},
      {update_body(mandatory + hex("80 0f 04 0002 01 00"), nlri_198_51_100_0), ebgp},
      {update_body(mp_reach_v6 + origin_igp + path_64501 + communities), ebgp},
      {update_body(mp_reach_v6 + origin_igp + path_64501 + hex("40 03 04 01020304")), ebgp},
      {update_body(origin_igp + path_64501 + hex("c0 10 08 0002fde900000001") + mp_reach_v6), ebgp},
      {update_body(hex("80 0e 19 0001 01 10 20010db8000000000000000000000001 00 18 c63364") + origin_igp + path_64501),
       extended_hop},
      {update_body(hex("80 0e 29 0001 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 18 "
                       "c63364") +
                   origin_igp + path_64501),
       extended_hop},
      {update_body(hex("80 0e 19 0001 01 10 fe800000000000000000000000000001 00 18 c63364") + origin_igp + path_64501),
       extended_hop},
  };
  for (const auto& c : cases) {
    const auto k = key_of(c.body, c.context);
    ASSERT_EQ(k.decoded.worst, severity::none);
    EXPECT_FALSE(k.key.empty());
    EXPECT_EQ(k.key, canonical_of(k));
  }
}

TEST(CanonicalKey, IsRefusedWhereOnlyTheDecoderCanTell) {
  const auto nlri = nlri_198_51_100_0;
  struct {
    const char* why;
    bytes body;
    decode_context context;
  } const cases[]{
      {"two-byte AS numbers", update_body(mandatory, nlri), two_byte},
      {"no LOCAL_PREF on iBGP (RFC 7606 §3 d)", update_body(mandatory, nlri), ibgp},
      {"a confederation's path (RFC 5065 §5)", update_body(mandatory + local_pref_100, nlri), confed},
      {"order", update_body(path_64501 + origin_igp + hop_192_0_2_1, nlri), ebgp},
      {"twice", update_body(mandatory + origin_igp, nlri), ebgp},
      {"flags", update_body(hex("c0 01 01 00") + path_64501 + hop_192_0_2_1, nlri), ebgp},
      {"flags of MP_REACH",
       update_body(origin_igp + path_64501 + hex("c0") + bytes(mp_reach_v6.begin() + 1, mp_reach_v6.end())), ebgp},
      {"flags of MP_UNREACH", update_body(mandatory + hex("c0 0f 04 0002 01 00"), nlri), ebgp},
      {"overrun", update_body(mandatory + hex("c0 08 04 0001"), nlri), ebgp},
      {"equal communities", update_body(mandatory + hex("c0 08 08 00010001 00010001"), nlri), ebgp},
      {"unknown well-known", update_body(mandatory + hex("40 63 00"), nlri), ebgp},
      {"unknown well-known, not transitive", update_body(mandatory + hex("00 63 00") + mp_reach_v6), ebgp},
      {"AS4_PATH", update_body(mandatory + hex("c0 11 06 02 01 0000fbf5"), nlri), ebgp},
      {"an IPv6 next hop for IPv4 without RFC 8950",
       update_body(hex("80 0e 19 0001 01 10 20010db8000000000000000000000001 00 18 c63364") + origin_igp + path_64501),
       ebgp},
      {"an unknown family", update_body(hex("80 0e 05 0019 46 00 00 ") + origin_igp + path_64501), ebgp},
      {"both halves", update_body(mp_reach_v6 + mandatory, nlri), ebgp},
  };
  for (const auto& c : cases) {
    EXPECT_TRUE(key_of(c.body, c.context).key.empty()) << c.why;
  }
}

/// Would the key, found in the table, be taken for this UPDATE on this session?
bool is_taken(const bytes& key, const decode_context& context, const std::vector<bytes>& table) {
  if (std::ranges::find(table, key) == table.end()) {
    return false;
  }
  const auto s = summarize(key);
  return !s.session_dependent || (context.kind == session_kind::ibgp && s.ibgp_clean);
}

// A set learned from one neighbour may stand for the UPDATE of another only if the decoder says the same of it there.
TEST(CanonicalKey, NeverAcceptsWhatTheDecoderRefuses) {
  const bytes extras[]{
      {},
      hex("40 05 04 00000064"),
      hex("80 04 04 00000001"),
      hex("40 06 00"),
      hex("c0 07 08 00000000 c0000201"),
      hex("c0 07 08 0000fbf5 c0000201"),
      hex("c0 08 04 00010001"),
      hex("80 09 04 0a000001"),
      hex("80 0a 04 0a000001"),
      hex("80 1a 0b 01 000b 000000000000000a"),
      hex("c0 23 04 0000fbf5"),
      hex("c0 63 01 07"),
      hex("e0 63 01 07"),
      hex("00 63 01 07"),
      hex("c0 08 00"),
      hex("c0 08 06 000100010001"),
  };
  const bytes paths[]{path_64501,
                      hex("40 02 00"),
                      hex("40 02 06 02 01 00000000"),
                      hex("40 02 06 03 01 0000fc00"),
                      hex("40 02 0c 03 01 0000fc00 02 01 0000fbf5"),
                      hex("40 02 06 05 01 0000fbf5")};
  std::vector<bytes> bodies;
  for (const auto& path : paths) {
    for (const auto& one : extras) {
      for (const auto& two : extras) {
        bodies.push_back(update_body(origin_igp + path + hop_192_0_2_1 + one + two, nlri_198_51_100_0));
        bodies.push_back(update_body(origin_igp + path + one + mp_reach_v6 + two));
        bodies.push_back(update_body(origin_igp + path + one + two, nlri_198_51_100_0));
      }
    }
  }
  const decode_context contexts[]{ebgp, ibgp, confed, extended_hop};
  std::vector<bytes> table; // what sessions of every kind have interned
  std::vector<keyed> all;
  for (const auto& body : bodies) {
    for (const auto& context : contexts) {
      all.push_back(key_of(body, context));
      if (const auto& k = all.back(); k.decoded.worst < severity::treat_as_withdraw) {
        table.push_back(canonical_of(k));
      }
    }
  }
  std::ranges::sort(table);
  table.erase(std::unique(table.begin(), table.end()), table.end());
  std::size_t taken = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& k = all[i];
    if (!is_taken(k.key, contexts[i % std::size(contexts)], table)) {
      continue;
    }
    ++taken;
    ASSERT_LT(k.decoded.worst, severity::treat_as_withdraw) << i;
    ASSERT_EQ(k.key, canonical_of(k)) << i;
  }
  EXPECT_GT(taken, 100u);
}

} // namespace
} // namespace bellman::wire
