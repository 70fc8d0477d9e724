// destinations.yaml of the deployment directory: how each destination is reached and spoken to. Which records it gets
// stands in routes.yaml.
//
//   destinations:
//     - id: province                      # as in routes.yaml
//       protocol: profile                 # profile: a stranger, described by a profile | native: our own records
//                                         # | file, table: a profile over files or rows (store_destinations.h)
//       profile: ../profiles/xiang        # protocol profile: its folder
//       url: https://12345.example.gov.cn # native: the whole delivery URL; profile: the base, paths are the profile's
//       sender_id: XZ43020001             # protocol profile: who we are to it
//       reporting_unit: HX430201          # profile, optional: left out, it follows from the accepting region
//       accepting_region: "430200"        # profile, optional: for stand-alone records without a ticket
//       certificate: gateway.pem          # client certificate and key towards it, which also sign
//       private_key: gateway.key
//       peer_ca: root.pem                 # CA of its TLS certificate
//       peer_certificate: province.pem    # whose key signs its answers and receipts
//       needs_signed_answer: true         # native, optional: false takes unsigned answers
//       batch_max: 100                    # native, optional
//       batch_bytes_max: 8388608          # native, optional: of one request's body, 64 KiB to 8 MiB
//       timeout_ms: 30000                 # native, optional
//       attachments_url: https://host:8444/v1/attachments   # native, where routes.yaml says attachments: true
// Uses: kit, delivery. Used by: gateway.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/native_attachments.h"
#include "gateway/base/random.h"
#include "gateway/base/result.h"
#include "gateway/trust/tls.h"

namespace yht::app {

/// What an entry may hold, by protocol; README.md of this folder explains each.
inline constexpr const char* kProfileDestinationKeys[] = {
    "id",          "protocol", "url",     "certificate",    "private_key",     "peer_ca",
    "peer_certificate", "profile", "sender_id", "reporting_unit", "accepting_region"};
inline constexpr const char* kNativeDestinationKeys[] = {
    "id",      "protocol",         "url",       "certificate",     "private_key", "peer_ca", "peer_certificate",
    "needs_signed_answer", "batch_max", "batch_bytes_max", "timeout_ms", "attachments_url"};

/// Destinations and what they stand on; the contexts must outlive them.
struct DestinationSet {
    std::vector<std::unique_ptr<trust::TlsContextHolder>> contexts;
    std::vector<std::unique_ptr<kit::Destination>> destinations;
};

/// How that destination's lost batches are sent again. Errors: NotFound; as loadDestinations().
base::Result<kit::Resend> resendOf(const std::string& directory, const std::string& id);

/// One for each entry, and one more for the attachments of each that has an attachments_url.
/// Errors: ConfigInvalid and ProfileInvalid with file, line and what to write.
base::Result<DestinationSet> loadDestinations(const std::string& directory, const base::Clock& clock,
                                              base::Random& random, const kit::ContentFinder& contents);

}  // namespace yht::app
