// What main.cpp's steps are made of, besides the rooms themselves.
// Uses: app, intake/http, delivery. Used by: main.cpp.
#pragma once

#include <prometheus/registry.h>

#include <functional>
#include <string>
#include <vector>

#include "gateway/app/clock_guard.h"
#include "gateway/app/deployment.h"
#include "gateway/app/destinations.h"
#include "gateway/app/own_credentials.h"
#include "gateway/delivery/deliveries.h"
#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/attach/source_attachments.h"
#include "gateway/intake/http/server.h"
#include "gateway/intake/pull/pulls.h"

namespace yht::app {

class Channels;
class OperatorDesk;
class Front;

/// One line on standard error: time, level word, text. Never personal data.
void logLine(const std::string& text);

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and all it starts; ignores SIGPIPE.
void blockSignals();
/// Waits for SIGTERM or SIGINT; calls `reload` at each SIGHUP.
void waitForStop(const std::function<void()>& reload);

/// Known answers of the algorithms everything rests on. Errors: CryptoFailed.
base::Status checkCrypto();

trust::TlsFiles tlsFiles(const Config& config, std::shared_ptr<const trust::PeerJudge> judge = {});
/// Notes the intermediate CAs that partners send along. `book` outlives it.
std::shared_ptr<const trust::PeerJudge> partnerChains(trust::RevocationBook& book);
trust::VerifierOptions verifierOptions(const Config& config, const trust::RevocationBook* revocation);
http::DoorOptions doorOptions(const Config& config, trust::Held<trust::SigningKey> signing_key, ticket::Calendar calendar);

/// Ready: the ledger takes tasks, and the wall clock has not fallen behind what the ledger has seen (by 60 s).
std::vector<http::ReadinessCheck> readinessChecks(ledger::Store& store, ClockGuard& clock_guard);

/// How what sources' items bring beside their records is had. References must outlive it.
intake::AttachmentServices attachmentServices(
    const Config& config, ledger::Store& store, attachments::Store& attachments, const base::Clock& clock,
    base::Random& random, const trust::TrustHolder& trust, const intake::SourceAdaptersHolder& adapters
);

struct Reloadable {
    trust::TrustHolder& trust;
    OperatorDesk& operators;
    trust::TlsContextHolder& contexts;
    trust::Held<trust::SigningKey>& signing_key;
    const std::optional<trust::Held<trust::SigningKey>>& soap_signing_key;
    CredentialsInForce& credentials;
    trust::RevocationBook& revocation;
    const base::Clock& clock;
    intake::SourceAdaptersHolder& adapters;
    delivery::Deliveries& deliveries;
    delivery::Deliveries* trial_deliveries = nullptr;
    Channels* channels = nullptr;
    Front* front = nullptr;
    intake::Pulls* pulls = nullptr;
    std::vector<const DestinationCredentials*> destinations = {};
    std::function<void()> drop_untrusted = {};
};
/// Partners, sources with their adapters, routes, certificates and keys (listeners', destinations', those that sign) and revocation
/// lists read again; on any mistake everything stays as it is and the log says why. Connections of who is nobody's any more end. Thread-safety: any thread. Errors: ConfigInvalid, ManifestInvalid, "certificate.*".
base::Status reload(const Config& config, const Reloadable& running);

struct DeliveryParts {
    const Config& config;
    const base::Clock& clock;
    base::Random& random;
    const trust::TrustHolder& trust;
    const intake::SourceAdaptersHolder& adapters;
    trust::RevocationBook* revocation = nullptr;
};
/// Deliveries of one ledger, and the credentials that they stand on.
struct LedgerDeliveries {
    DestinationSet far_sides;
    std::unique_ptr<delivery::Deliveries> deliveries;
};
/// The routing table and the destinations of the deployment, as far as they are about this ledger.
/// Errors: ConfigInvalid, ProfileInvalid, IoFailed.
base::Result<LedgerDeliveries> makeDeliveries(
    const DeliveryParts& parts, ledger::Store& store, intake::LedgerUse use, kit::ContentFinder contents
);

}  // namespace yht::app
