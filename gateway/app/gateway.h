// What main.cpp's steps are made of, besides the rooms themselves.
// Uses: app, intake/http, delivery. Used by: main.cpp.
#pragma once

#include <prometheus/registry.h>

#include <functional>
#include <string>
#include <vector>

#include "gateway/app/deployment.h"
#include "gateway/delivery/deliveries.h"
#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/http/server.h"

namespace yht::app {

/// One line on standard error: time, level word, text. Never personal data.
void logLine(const std::string& text);

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and all it starts; ignores SIGPIPE.
void blockSignals();
/// Waits for SIGTERM or SIGINT; calls `reload` at each SIGHUP.
void waitForStop(const std::function<void()>& reload);

/// Known answers of the algorithms everything rests on. Errors: CryptoFailed.
base::Status checkCrypto();

trust::TlsFiles tlsFiles(const Config& config);
trust::VerifierOptions verifierOptions(const Config& config);
http::DoorOptions doorOptions(const Config& config, trust::SigningKey signing_key, ticket::Calendar calendar);

/// Ready: the ledger takes tasks, and the wall clock has not fallen behind what the ledger has seen (by 60 s).
std::vector<http::ReadinessCheck> readinessChecks(ledger::Store& store, const base::Clock& clock);
inline constexpr std::int64_t kClockBehindMillisMax = 60'000;

/// Partners, sources with their adapters, routes and certificates read again; on any mistake everything stays as it is and the log says why.
/// Thread-safety: any thread. Errors: ConfigInvalid, ManifestInvalid.
base::Status reload(
    const Config& config, trust::TrustHolder& trust, trust::TlsContextHolder& contexts, delivery::Deliveries& deliveries,
    intake::SourceAdaptersHolder& adapters
);

/// The routing table of the deployment, and its destinations behind it.
base::Result<std::unique_ptr<delivery::Deliveries>> makeDeliveries(const Config& config, ledger::Store& store,
                                                                   const base::Clock& clock, base::Random& random,
                                                                   std::vector<std::unique_ptr<kit::Destination>> destinations,
                                                                   const trust::TrustHolder& trust);

}  // namespace yht::app
