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
//       certificate: gateway.pem          # client certificate and key towards it, which also sign unless others are named
//       private_key: gateway.key
//       signing_certificate: sm2.pem      # optional, together: what signs in their place, for example with SM2
//       signing_private_key: sm2.key
//       peer_ca: root.pem                 # CA of its TLS certificate
//       peer_certificate: province.pem    # whose key signs its answers and receipts; several in one file are all valid
//       issuer_ca: ca.pem                 # optional: the CA that our certificate must lead to
//       revocation: last_good:24          # optional: off, hard_fail, last_good:HOURS, queue; default revocation.policy
//       needs_signed_answer: true         # native, optional: false takes unsigned answers
//       batch_max: 100                    # native, optional
//       batch_bytes_max: 8388608          # native, optional: of one request's body, 64 KiB to 8 MiB
//       timeout_ms: 30000                 # native, optional
//       attachments_url: https://host:8444/v1/attachments   # where routes.yaml says attachments: true; of a
//                                         # profile the base, the path is the profile's
// Uses: kit, delivery. Used by: gateway.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/attachment_destination.h"
#include "adapters/kit/profile.h"
#include "gateway/app/destination_credentials.h"
#include "gateway/base/random.h"
#include "gateway/base/result.h"

namespace yht::app {

/// What an entry may hold, by protocol; README.md of this folder explains each.
inline constexpr const char* kProfileDestinationKeys[] = {
    "id",          "protocol", "url",     "certificate",    "private_key",     "peer_ca",
    "peer_certificate", "issuer_ca", "revocation", "profile", "sender_id", "reporting_unit", "accepting_region",
    "attachments_url", "signing_certificate", "signing_private_key"};
inline constexpr const char* kNativeDestinationKeys[] = {
    "id",      "protocol",         "url",       "certificate",     "private_key", "peer_ca", "peer_certificate",
    "issuer_ca", "revocation", "needs_signed_answer", "batch_max", "batch_bytes_max", "timeout_ms", "attachments_url",
    "signing_certificate", "signing_private_key"};

/// Destinations and what they stand on; the credentials must outlive them.
struct DestinationSet {
    DestinationCredentials credentials;
    std::vector<std::unique_ptr<kit::Destination>> destinations;
};

/// What each destination over HTTP is connected to with, and where. Errors: as loadDestinations().
base::Result<std::vector<DestinationFiles>> destinationFiles(const std::string& directory);

/// How that destination's lost batches are sent again. Errors: NotFound; as loadDestinations().
base::Result<kit::Resend> resendOf(const std::string& directory, const std::string& id);

/// By id, the attachments' queues included; those that speak natively have none. Errors: as loadDestinations().
base::Result<std::map<std::string, std::shared_ptr<const kit::Profile>>> destinationProfiles(const std::string& directory);

/// One for each entry, one more for the attachments of each that has an attachments_url, and one for each source whose
/// manifest has `results`.
/// Errors: ConfigInvalid and ProfileInvalid with file, line and what to write; "certificate.*".
/// `book`: outlives them; nullptr: nobody asks whether far sides are revoked.
base::Result<DestinationSet> loadDestinations(
    const std::string& directory, const base::Clock& clock, base::Random& random, const kit::ContentFinder& contents,
    trust::RevocationBook* book = nullptr
);

}  // namespace yht::app
