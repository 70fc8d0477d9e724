// yht: the gateway and its commands. `yht serve` assembles the rooms in the numbered steps below, listening last;
// destructors undo them in reverse. Every other command is a function of gateway/app.
#include "gateway/app/approvals.h"
#include "gateway/app/bundle.h"
#include "gateway/app/certificate_watch.h"
#include "gateway/app/channels.h"
#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_socket.h"
#include "gateway/app/credential_switch.h"
#include "gateway/app/delivery_metrics.h"
#include "gateway/app/destinations.h"
#include "gateway/app/front.h"
#include "gateway/app/gateway.h"
#include "gateway/app/opened_attachments.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/operators.h"
#include "gateway/app/revocation_watch.h"
#include "gateway/app/shadow.h"
#include "gateway/app/source_folders.h"
#include "gateway/app/source_pulls.h"
#include "gateway/app/source_watch.h"
#include "gateway/app/system_log.h"
#include "gateway/app/trial.h"
#include "gateway/app/unnamed_attachments.h"
#include "gateway/base/heap.h"
#include "gateway/intake/soap/handlers.h"
#include "gateway/trust/soap_security.h"

namespace {

using namespace yht;

/// The step's error printed, or the process's exit code.
#define YHT_STEP(variable, expression) \
    auto variable = (expression); \
    if (!variable.ok()) return app::reportError(variable.error())

int serve(const std::string& directory) {
    app::blockSignals();
    base::keepFreedMemory();

    // Step 1: configuration. Whatever an operator can get wrong is refused here, with the key's full path.
    YHT_STEP(config, app::Config::load(directory));

    // A switch of certificates that a crash cut short is finished before anything reads them.
    YHT_STEP(switch_finished, app::finishSwitch(config->text("ledger.directory")));

    // Step 2: self-checks that need no state.
    YHT_STEP(crypto_checked, app::checkCrypto());

    // Step 3: the outside world, as interfaces.
    const base::SystemClock clock(config->integer("clock.offset_ms"));
    base::SystemRandom random;
    prometheus::Registry metrics;

    // Step 4: trust. Who partners are, how their sources speak, our own certificate, the key that signs.
    YHT_STEP(trust_snapshot, trust::loadTrust(config->directory()));
    YHT_STEP(credentials, app::checkOwnCredentials(*config, clock.nowMillis(), nullptr, app::logLine));
    YHT_STEP(revocation_settings, app::revocationSettings(*config, app::logLine));
    trust::RevocationBook revocation(*std::move(revocation_settings), clock);
    YHT_STEP(authorities, app::partnerAuthorities(*config));
    YHT_STEP(tls_context, trust::serverContext(app::tlsFiles(*config, app::partnerChains(revocation))));
    YHT_STEP(first_signing_key, app::readSigningKey(config->text("signing.certificate"), config->text("signing.private_key")));
    trust::Held<trust::SigningKey> signing_key(*std::move(first_signing_key));
    YHT_STEP(first_soap_key, app::readSoapSigningKey(*config));
    std::optional<trust::Held<trust::SigningKey>> soap_signing_key;
    if (*first_soap_key) soap_signing_key.emplace(**std::move(first_soap_key));
    YHT_STEP(calendar, app::calendar(*config));
    YHT_STEP(source_adapters, app::loadSourceAdapters(config->directory(), **trust_snapshot));
    intake::SourceAdaptersHolder adapters(**std::move(source_adapters));
    trust::TrustHolder trust(*std::move(trust_snapshot));
    trust::TlsContextHolder contexts(*std::move(tls_context));
    YHT_STEP(operators, app::loadOperators(config->directory()));
    app::OperatorDesk desk(config->text("ledger.origin"), clock);
    desk.replace(*std::move(operators));
    revocation.usePartners(trust.current(), *authorities);
    static_cast<void>(revocation.readFiles(true));  // a list that can't be read is logged, and what it leaves open follows the policy
    const trust::RequestVerifier verifier(trust, clock, app::verifierOptions(*config, &revocation));
    const trust::SoapVerifier soap_verifier(clock, trust::kCreatedToleranceMs, &revocation);

    // Step 5: durable state. Nothing is served until the stored tree is the one that the last checkpoint signs.
    YHT_STEP(store_options, app::storeOptions(*config, clock, random, false));
    app::ClockGuard clock_guard(clock);
    store_options->on_committed = [&](base::UnixMillis at_ms) { clock_guard.sawCommit(at_ms); };
    YHT_STEP(store, ledger::SqliteStore::open(*std::move(store_options)));
    YHT_STEP(last_commit_seen, clock_guard.sawLedger(**store));
    YHT_STEP(trial, app::openTrial(*config, trust, clock, random));
    YHT_STEP(bundle_recorded, app::recordBundleAtStart(**store, config->directory(), clock, random));
    YHT_STEP(attachments, app::openAttachments(*config, **store, [&] { return trust.current(); }, random, clock));

    // Step 6: admission and the door; its ports are bound, nobody is answered yet.
    intake::Admission admission(**store, random);
    intake::SourceMessages source_messages(**store, random, app::logLine);
    auto door_options = app::doorOptions(*config, signing_key, *std::move(calendar));
    door_options.attachments = attachments->get();
    door_options.source_messages = &source_messages;
    door_options.source_adapters = &adapters;
    door_options.soap_verifier = &soap_verifier;
    door_options.soap_signing_key = soap_signing_key;
    door_options.further_routes = soap::soapRoutes();
    const ticket::Calendar days = door_options.calendar;
    YHT_STEP(front, app::Front::open(*config, revocation));
    if (*front) door_options.front.emplace((*front)->options(*config));
    door_options.readiness = app::readinessChecks(**store, clock_guard);
    if (*trial) door_options.trial.emplace((*trial)->side());
    YHT_STEP(door, http::Door::open(std::move(door_options), contexts, admission, **store, verifier, clock, metrics));

    const app::ChannelParts channel_parts{trust, adapters, verifier, (*door)->signatureGuard(), source_messages,
                                          *trial ? (*trial)->side().source_messages : nullptr, clock, metrics};
    YHT_STEP(channels, app::Channels::open(*config, channel_parts));
    if (const auto idle = app::idleEndpointsText(*config, *adapters.current()); !idle.empty()) app::logLine(idle);

    // What items of sources bring beside their records is had after these.
    intake::SourceAttachments source_attachments(app::attachmentServices(*config, **store, **attachments, clock, random, trust, adapters));
    source_attachments.start();

    // What no record names goes when its time is over.
    const auto unnamed_of = [&](ledger::Store& of, attachments::Store& files) {
        return app::UnnamedServices{of, files, clock, random, [&] { return trust.current(); },
                                    config->integer("attachments.unnamed_hours_max"), app::logLine};
    };
    app::UnnamedAttachments unnamed(unnamed_of(**store, **attachments));
    unnamed.start();
    std::optional<app::UnnamedAttachments> unnamed_in_trial;
    if (*trial) unnamed_in_trial.emplace(unnamed_of(*(*trial)->store, *(*trial)->attachments)).start();

    // Step 7: deliveries follow the ledger.
    const app::DeliveryParts parts{*config, clock, random, trust, adapters, &revocation};
    YHT_STEP(live, app::makeDeliveries(parts, **store, intake::LedgerUse::Live, app::contentsOf(**attachments, **store, trust)));
    const auto& deliveries = live->deliveries;
    app::LedgerDeliveries in_trial;
    if (*trial) {
        YHT_STEP(made, app::makeDeliveries(parts, *(*trial)->store, intake::LedgerUse::Trial,
                                           app::contentsOf(*(*trial)->attachments, *(*trial)->store, trust)));
        in_trial = *std::move(made);
    }
    const app::DeliveryMetrics delivery_metrics(metrics, *deliveries, **store, clock);
    deliveries->start();
    if (*trial) in_trial.deliveries->start();

    // Sources that are asked instead of speaking; nothing is asked before we listen.
    intake::Pulls pulls(app::pullParts(*config, **store, source_messages, trust, clock, random, revocation));
    const app::SourceWatch source_watch(metrics, {**store, adapters, clock, days, app::logLine, random, config->directory()});
    const app::CertificateWatch certificate_watch(metrics, {config->directory(), clock, app::logLine});

    // What is revoked is looked after by threads of its own; whom it concerns is cut off at once.
    const auto drop_untrusted = [&] {
        (*door)->dropUntrusted();
        if (*channels) (*channels)->dropUntrusted();
    };
    revocation.whenChanged(drop_untrusted);
    app::RevocationWatch revocation_watch(revocation, app::revocationFetching(*config), metrics);
    revocation_watch.start();
    revocation_watch.awaitFirstRound(app::kFirstRevocationRoundMillis);
    const app::Reloadable running{.trust = trust, .operators = desk, .contexts = contexts, .signing_key = signing_key, .soap_signing_key = soap_signing_key, .credentials = *credentials,
                                  .revocation = revocation, .clock = clock, .adapters = adapters, .deliveries = *deliveries,
                                  .trial_deliveries = in_trial.deliveries.get(), .channels = channels->get(), .front = front->get(), .pulls = &pulls,
                                  .destinations = {&live->far_sides.credentials, &in_trial.far_sides.credentials},
                                  .drop_untrusted = drop_untrusted};

    // Step 8: listen. From here on others can reach us; first the operator, who may have to mend something.
    const auto commands = app::controlCommands(config->directory());
    app::ControlServices services{**store, clock, random, config->directory(),
                                  [&] { return app::reload(*config, running); },
                                  attachments->get(),
                                  [&] { return trust.current(); },
                                  [&] { return adapters.current(); },
                                  app::logLine,
                                  [&] { clock_guard.confirm(); },
                                  &desk,
                                  app::writeSystemLog,
                                  *trial ? (*trial)->store.get() : nullptr,
                                  *trial ? (*trial)->attachments.get() : nullptr};
    YHT_STEP(control, app::ControlSocket::open(app::controlSocketPath(*config), commands, services));
    app::ShadowRunner shadow({**store, clock, random, config->directory(), config->text("ledger.directory"),
                              [&] { return adapters.current(); }, app::logLine});
    shadow.start();
    (*door)->start();
    if (*channels) (*channels)->start();
    pulls.use(*adapters.current());
    app::logLine("ready 就绪: partners 对接方 " + config->text("partner.listen") + ", admin 本机 " +
                 config->text("admin.listen"));

    // Step 9: until told to stop; then no new requests, what is under way finishes, the ledger closes last.
    app::waitForStop([&] {
        const app::ControlRequest reload{"reload", {}, "SIGHUP"};
        static_cast<void>(app::runControl(commands, services, {reload, app::kSignalOperator}));  // the log says what became of it
    });
    app::logLine("stopping 正在停止");
    if (*channels) (*channels)->stop();
    pulls.stop();
    (*door)->stop();
    shadow.stop();
    source_attachments.stop();
    deliveries->stop();
    if (*trial) in_trial.deliveries->stop();
    return app::kExitOk;
}

}  // namespace

int main(int argc, char** argv) { return yht::app::runCommandLine(argc, argv, serve); }
