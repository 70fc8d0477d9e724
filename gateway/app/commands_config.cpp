#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/control_client.h"
#include "gateway/app/destinations.h"
#include "gateway/app/gateway.h"
#include "gateway/app/opened_ledger.h"

namespace yht::app {
namespace {

/// Everything that `serve` reads before it opens the ledger.
base::Status checkDeployment(const std::string& directory) {
    const base::SystemClock clock;
    base::SystemRandom random;
    const auto config = Config::load(directory);
    if (!config.ok()) return config.error();
    if (const auto trust = trust::loadTrust(directory); !trust.ok()) return trust.error();
    if (const auto context = trust::serverContext(tlsFiles(*config)); !context.ok()) return context.error();
    const auto key = readSigningKey(config->text("signing.certificate"), config->text("signing.private_key"));
    if (!key.ok()) return key.error();
    if (const auto days = calendar(*config); !days.ok()) return days.error();
    if (const auto options = storeOptions(*config, clock, random, false); !options.ok()) return options.error();
    const auto routes = delivery::loadRoutes(resolvePath(directory, "routes.yaml"));
    if (!routes.ok()) return routes.error();
    const auto far_sides = loadDestinations(directory, clock, random);
    return far_sides.ok() ? base::Status() : base::Status(far_sides.error());
}

}  // namespace

int printConfigReference() {
    std::cout << configReference();
    return kExitOk;
}

int checkConfig(const CommandOptions& options) {
    const auto checked = checkDeployment(options.directory);
    if (!checked.ok()) return reportError(checked.error());
    std::cout << options.directory << ": ok 无误\n";
    return kExitOk;
}

int reloadGateway(const CommandOptions& options, const std::string& why) {
    const auto answer = command(options.directory, {"reload", {}, why});
    if (!answer.ok()) return reportError(answer.error());
    std::cout << (options.json ? *answer : reloadText()) << '\n';
    return kExitOk;
}

}  // namespace yht::app
