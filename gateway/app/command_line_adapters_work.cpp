#include "gateway/app/command_line_adapters_work.h"

#include <memory>

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_adapters_work.h"

namespace yht::app {
namespace {

using Shared = std::shared_ptr<WorkOptions>;

/// Where a command's adapters are by default, and whether it can do without a deployment.
enum class Place : std::uint8_t { Integrator, Deployment };

CLI::App* add(
    CLI::App& parent, std::function<int()>& run, const char* name, const char* text, int (*command)(const WorkOptions&),
    Place place, const Shared& given, const std::string& footer
) {
    auto* made = parent.add_subcommand(name, text);
    made->callback([run = &run, command, given] {
        *run = [command, given] { return command(*given); };
    });
    const bool integrator = place == Place::Integrator;
    given->deployment = fromEnvironment(kDeploymentVariable, integrator ? "" : "/etc/yihaotong");
    if (integrator) given->adapters = fromEnvironment(kAdaptersVariable, "adapters");
    addDeployment(*made, given->deployment);
    const char* directory = "Folder that holds sources/ and products/ 适配目录";
    made->add_option("-d,--directory", given->adapters, integrator ? withVariable(directory, kAdaptersVariable) : directory)->capture_default_str();
    addJson(*made, given->json);
    made->footer(footer);
    return made;
}

void addSource(CLI::App* command, const Shared& given) {
    command->add_option("source", given->source, "Source 来源")->required();
}

void addTry(CLI::App& adapters, std::function<int()>& run) {
    auto given = std::make_shared<WorkOptions>();
    auto* command = add(
        adapters, run, "try", "What would become of real messages; nothing is written 试运行,不写入任何内容", tryAdapter,
        Place::Integrator, given,
        "Counts what would be accepted, quarantined and why, ignored by which rule, and names unmapped codes. With -c the\n"
        "ledger is asked what is known already. Files, standard input, or --live: the pulled source itself, from where its cursor\n"
        "stands, with the deployment's secrets; no cursor moves, no file is moved, no row is marked.\n"
        "统计将受理、将隔离及原因、按规则忽略的条目与未映射代码;-c 指定部署目录时与账本比对。--live 直接向取数来源试取,\n"
        "使用部署目录中的密钥,不动游标、不移动文件、不标记数据行。\n"
        "Examples 示例:\n  yht adapters try zz-12315 --dry-run /var/tmp/april/*.json\n"
        "  curl -s https://old.example/export | yht adapters try zz-12315 --dry-run -c /etc/yihaotong\n"
        "  yht adapters try zz-hetang --dry-run --live -c /etc/yihaotong -d /etc/yihaotong --limit 200\n"
        "Exit codes 退出码: 0 all of it would be taken, 3 something would go into quarantine or be blocked, 65 no such source or file, 69 the source can't be\n"
        "reached, 78 the manifest or a secret is wrong.");
    addSource(command, given);
    auto* files = command->add_option("file", given->files, "Messages as the source sends them; - standard input 报文文件");
    auto* live = command->add_flag("--live", given->live, "Ask the pulled source itself 向来源试取")->excludes(files);
    command->parse_complete_callback([live, given] {
        if (!live->empty() && given->deployment.empty()) throw CLI::RequiredError("--config");
    });
    command->add_option("--limit", given->limit, "--live: about so many items 试取条目数")->capture_default_str()->check(CLI::Range(1, 1'000'000))->needs(live);
    command->add_flag("--dry-run", given->dry_run, "The only way there is: messages that are to count come through the door 仅试运行")->required();
}

void addRecord(CLI::App& adapters, std::function<int()>& run) {
    auto given = std::make_shared<WorkOptions>();
    auto* command = add(
        adapters, run, "record", "A real message becomes a sample case, personal data masked 真实报文脱敏后存为样例", recordSample,
        Place::Integrator, given,
        "Names, telephones, id numbers and everything that no rule reads get invented values (1990000NNNN, 测甲乙, a right check\n"
        "digit); the mapping must make the same of it, or nothing is written. Look at what it says it kept before you commit it.\n"
        "姓名、电话、证件号与未读取内容替换为虚构值;映射结果须不变,否则不写入。提交前请核对所列保留内容。\n"
        "Examples 示例:\n  yht adapters record zz-12315 /var/tmp/april/one.json --case complaint\n"
        "  yht adapters record zz-12315 -c /etc/yihaotong --quarantine 7 --case unknown_code\n"
        "  yht adapters record zz-12315 -c /etc/yihaotong --message 1042\n"
        "Exit codes 退出码: 0 written, 65 no such message, or it can't be masked, 78 the manifest is wrong.");
    addSource(command, given);
    auto* file = command->add_option("file", given->files, "A message; - standard input 报文文件")->expected(0, 1);
    auto* message = command->add_option("--message", given->message, "The ledger's entry of a message 报文的账本序号");
    auto* quarantined = command->add_option("--quarantine", given->quarantined, "The message of this item in quarantine 隔离条目所在报文");
    message->excludes(file)->excludes(quarantined);
    quarantined->excludes(file);
    command->add_option("--case", given->case_name, "Name of the case; recorded_N where left out 样例名称");
}

void addReplay(CLI::App& adapters, std::function<int()>& run) {
    auto given = std::make_shared<WorkOptions>();
    auto* command = add(
        adapters, run, "replay", "Raw messages of the ledger adapted again, compared by field 以现行版本重新适配账本中的报文并比对", replaySource,
        Place::Deployment, given,
        "Compares what the present version makes with what stands in the ledger; examples are masked. --apply admits what is new,\n"
        "and corrections of records that are still the newest: what the old version made stays for ever.\n"
        "比对现行版本与账本已有记录,示例已脱敏;--apply 只入账新增记录与更正,旧版本所制记录永久保留。\n"
        "Examples 示例:\n  yht adapters replay zz-12315 --from 2019-04-01\n"
        "  yht adapters replay zz-12315 --from 2019-04-01 --to 2019-04-30 -d adapters --json\n"
        "  yht adapters replay zz-12315 --from 2019-04-01 --apply --why \"area codes were cut off\"\n"
        "Exit codes 退出码: 0 the same, or applied, 3 it differs, 65 no such source or day, 78 a manifest is wrong.");
    addSource(command, given);
    command->add_option("--from", given->from, "First day, as received 起始日期")->required();
    command->add_option("--to", given->to, "Last day; today where left out 终止日期");
    command->add_option("--limit", given->limit, "At most so many messages 最多报文数")->capture_default_str()->check(CLI::Range(1, 1'000'000));
    auto* why = addWhy(*command, given->why);
    command->add_flag("--apply", given->apply, "Admit what is new and what is corrected 入账")->needs(why);
}

void addShadow(CLI::App& adapters, std::function<int()>& run) {
    auto* shadow = adapters.add_subcommand("shadow", "A new version beside the old one on live traffic 新旧版本并行比对");
    shadow->require_subcommand(1);
    shadow->footer("Examples 示例:\n  yht adapters shadow start zz-12315 --from adapters\n  yht adapters shadow show zz-12315");
    auto start_given = std::make_shared<WorkOptions>();
    auto* start = add(
        *shadow, run, "start", "Begin, or begin anew with another version 开始", startShadow, Place::Deployment, start_given,
        "The folder's source and product are copied to DEPLOYMENT/shadow/. The running gateway sees them within seconds and adapts\n"
        "every message of the source once more; nothing of it becomes a record.\n"
        "将适配目录中的来源与产品复制到部署目录 shadow/,网关对此来源的报文另行适配,不产生记录。\n"
        "Example 示例:\n  yht adapters shadow start zz-12315 --from adapters");
    addSource(start, start_given);
    start->add_option("--from", start_given->folder, "Folder that holds sources/ and products/ of the new version 新版本目录")->required();
    for (const auto& [name, text, command] :
         {std::tuple{"show", "What differs so far 查看差异", &showShadow}, std::tuple{"stop", "End it and forget the result 结束并清除结果", &stopShadow}}) {
        auto given = std::make_shared<WorkOptions>();
        auto* made = add(*shadow, run, name, text, command, Place::Deployment, given,
                         std::string("Example 示例:\n  yht adapters shadow ") + name +
                             " zz-12315\nExit codes 退出码: 0 no difference, 3 there are differences or a problem, 65 no such run.");
        addSource(made, given);
    }
}

void addGrade(CLI::App& adapters, std::function<int()>& run) {
    auto given = std::make_shared<WorkOptions>();
    auto* grade = add(
        adapters, run, "grade", "The quality grade C, B, A or S, and what the next one lacks 接入质量等级", gradeAdapters, Place::Integrator, given,
        "Computed from facts; with -c the ledger's too (account, silence, replay of 30 days), without which no source is above C.\n"
        "sources/<id>/quality.json excuses single facts until a day: {\"exempt\":[{\"fact\",\"reason\",\"by\",\"until\"}]}.\n"
        "等级由事实计算得出;-c 指定部署目录时含账本事实。quality.json 可写明豁免项、理由与期限。\n"
        "Examples 示例:\n  yht adapters grade\n  yht adapters grade zz-12315 -c /etc/yihaotong --json\n"
        "Exit codes 退出码: 0 every source has a grade, 3 one has none, as where its manifest is wrong, 78 a quality.json is wrong.");
    grade->add_option("source", given->sources, "Sources; all where left out 来源,省略则全部");
    auto apply_given = std::make_shared<WorkOptions>();
    auto* apply = add(
        adapters, run, "apply", "Check a source's folder and take it into use without a restart 检查并使来源生效", applyAdapter, Place::Deployment, apply_given,
        "Lint must have nothing to ask and every sample must hold, of this source and of all that share its product; then it goes the\n"
        "way of `yht config apply`. --from copies the folders into the deployment first, and takes them back where it is refused.\n"
        "来源及同产品来源的检查与样例须全部通过,然后按 yht config apply 生效;--from 先复制到部署目录,未通过则还原。\n"
        "Examples 示例:\n  yht adapters apply zz-12315 --from adapters --why \"code 15 added\"\n"
        "Exit codes 退出码: 0 in force, 3 lint or a sample objects, 69 no gateway is running, 78 the deployment is wrong.");
    addSource(apply, apply_given);
    apply->add_option("--from", apply_given->folder, "Folder that holds sources/ and products/ 适配目录");
    addWhy(*apply, apply_given->why)->required();
}

}  // namespace

void addAdapterWork(CLI::App& adapters, std::function<int()>& run) {
    addTry(adapters, run);
    addRecord(adapters, run);
    addReplay(adapters, run);
    addShadow(adapters, run);
    addGrade(adapters, run);
}

}  // namespace yht::app
