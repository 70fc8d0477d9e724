#include "gateway/app/command_line_adapters.h"

#include <memory>

#include "gateway/app/command_line_adapters_work.h"
#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_adapters.h"

namespace yht::app {
namespace {

class AdapterCommands {
public:
    AdapterCommands(CLI::App& adapters, std::function<int()>& run)
        : adapters_(adapters), run_(run) {
        given_->directory = fromEnvironment(kAdaptersVariable, "adapters");
        given_->deployment = fromEnvironment(kDeploymentVariable);
    }

    CLI::App* add(
        const char* name, const char* text, int (*command)(const AdapterOptions&),
        const char* footer
    ) {
        auto* made = adapters_.add_subcommand(name, text);
        made->callback([run = &run_, command, given = given_] {
            *run = [command, given] { return command(*given); };
        });
        made->add_option("-d,--directory", given_->directory, withVariable("Folder that holds sources/ and products/ 适配目录", kAdaptersVariable))
            ->capture_default_str();
        addJson(*made, given_->json);
        made->footer(footer);
        return made;
    }
    void addSources(CLI::App* command) {
        command->add_option(
            "source", given_->sources, "Sources; all where left out 来源,省略则全部"
        );
    }
    void addPartners(CLI::App* command) { addDeployment(*command, given_->deployment); }
    void addSource(CLI::App* command) {
        command->add_option("source", given_->source, "Source 来源")->required();
    }
    AdapterOptions& given() { return *given_; }

private:
    CLI::App& adapters_;
    std::function<int()>& run_;
    std::shared_ptr<AdapterOptions> given_ = std::make_shared<AdapterOptions>();
};

void addTests(AdapterCommands& commands) {
    auto* test = commands.add(
        "test", "Run sample files offline, differences by field path 离线运行样例", testAdapters,
        "Samples stand in sources/<source>/tests/<case>/: input.*, expected.json or expected.err, "
        "case.json.\n"
        "Cases made from good samples (same batch twice, torn, unknown code …) run with them.\n"
        "样例目录:input.* 与 expected.json 或 expected.err;另从正常样例自动生成异常用例。\n"
        "Examples 示例:\n  yht adapters test\n  yht adapters test zz-110 --case alarm\n  yht "
        "adapters test zz-110 --accept\n"
        "Exit codes 退出码: 0 all hold, 3 a case fails, 65 no such source or case, 78 a manifest "
        "is wrong."
    );
    commands.addSources(test);
    test->add_option("--case", commands.given().sample_case, "Only this case 仅此样例");
    test->add_flag(
        "--accept", commands.given().accept,
        "Write what comes out as the expectation; it waits for review 以当前结果为预期,待复核"
    );
    test->add_flag(
        "--without-generated", commands.given().without_generated, "Samples only 不运行生成的用例"
    );
    auto* review = commands.add(
        "review", "Say that you have looked at a case's expectation 复核样例的预期结果",
        reviewAdapterCase,
        "Prints what is expected and notes your name in case.json.\n"
        "Example 示例:\n  yht adapters review zz-110 alarm --by 王工"
    );
    commands.addSource(review);
    review->add_option("case", commands.given().sample_case, "The case 样例")->required();
    review->add_option("--by", commands.given().reviewer, "Your name 复核人")->required();
}

void addFiles(AdapterCommands& commands) {
    auto* coverage = commands.add(
        "coverage", "Members nobody reads, codes without a row, rows never hit 映射覆盖情况",
        coverAdapter,
        "Over the source's samples, or over the messages given.\n"
        "Examples 示例:\n  yht adapters coverage zz-110\n  yht adapters coverage zz-12315 "
        "/var/tmp/april/*.json\n"
        "Exit codes 退出码: 0 everything is read, 3 something is not, 65 a file that is not there or "
        "can't be decoded, 78 the manifest is wrong."
    );
    commands.addSource(coverage);
    coverage->add_option(
        "file", commands.given().files, "Messages as the source sends them 报文文件"
    );
    auto* made = commands.add(
        "new",
        "Draft manifest, mapping, code tables and a first test from a real file 由样例文件生成草稿",
        newAdapter,
        "Every line of the draft is a guess by names and values. With --product of one that is "
        "there, only the\n"
        "source and its first case are made. The sample becomes the case as it is: mask personal "
        "data first.\n"
        "草稿内容均为推测,须逐行核对;样例将原样成为测试,请先脱敏。\n"
        "Examples 示例:\n  yht adapters new zz-media --from april.json --title 某媒体平台\n"
        "  yht adapters new xt-110 --from alarm.json --product police110-push\n"
        "Exit codes 退出码: 0 made, 65 it is there already or the sample can't be read."
    );
    commands.addSource(made);
    made->add_option(
            "--from", commands.given().from,
            "A real file of the source: json, jsonl, xml, csv, tsv, txt, dat, xlsx, dbf; a form, a multipart body, a SOAP call 样例文件"
    )
        ->required();
    made->add_option(
        "--product", commands.given().product,
        "Its product; the source's own name where left out 产品"
    );
    made->add_option("--title", commands.given().title, "For people 名称");
}

void addTable(AdapterCommands& commands) {
    auto* table = commands.add(
        "table", "Make a code table from a list that somebody has 由清单生成对照表", makeCodeTable,
        "Prints native,canonical; put it beside mapping.yaml. Columns are named by the list's first "
        "row; several canonical\n"
        "columns are joined with /. A native name that means several things is left out and told.\n"
        "Example 示例:\n  yht adapters table categories.xlsx --native 三级分类 --canonical "
        "一级分类/二级分类/三级分类 > subject.csv\n"
        "Exit codes 退出码: 0 made, 3 made but names were left out, 65 the list can't be read."
    );
    table->add_option("file", commands.given().from, "csv, tsv, xlsx, dbf 清单文件")->required();
    table->add_option("--native", commands.given().native_column, "Column of the source's names 来源名称列")
        ->required();
    table->add_option(
            "--canonical", commands.given().canonical_columns, "Column, or columns with /, of ours 本方名称列"
    )
        ->required();
}

}  // namespace

void addAdapters(CLI::App& top, std::function<int()>& run) {
    auto* adapters = top.add_subcommand(
        "adapters", "Sources in their own formats: write, test and look at adapters 来源适配"
    );
    adapters->require_subcommand(1);
    adapters->footer("Examples 示例:\n  yht adapters new zz-media --from april.json --title 某媒体平台\n  yht adapters lint zz-media\n"
                     "  yht adapters test zz-media --accept\n  yht adapters try zz-media --dry-run may.json\n"
                     "adapters/README.md leads from a file to a source in use. 接入步骤见 adapters/README.md。");
    AdapterCommands commands(*adapters, run);
    auto* list = commands.add(
        "list", "Every source with product, lifecycle, samples and grade 全部来源", listAdapters,
        "The grade as `yht adapters grade` computes it; with -c from the ledger's facts too.\n"
        "等级同 yht adapters grade;-c 指定部署目录时含账本事实。\n"
        "Examples 示例:\n  yht adapters list --json\n  yht adapters list -c /etc/yihaotong"
    );
    commands.addSources(list);
    commands.addPartners(list);
    auto* show = commands.add(
        "show", "One source and its mapping 查看一个来源", showAdapter,
        "--effective prints the manifest as it acts: the source over its product, secrets masked.\n"
        "--effective 输出生效的清单:来源覆盖产品,密钥已屏蔽。\n"
        "Examples 示例:\n  yht adapters show zz-110\n  yht adapters show zz-110 --effective"
    );
    commands.addSource(show);
    show->add_flag(
        "--effective", commands.given().effective, "The whole manifest as YAML 生效清单"
    );
    addTests(commands);
    auto* lint = commands.add(
        "lint", "What a reviewer would ask about 检查清单与映射", lintAdapters,
        "Fields that every record must have and no row writes, tables nobody uses, cases "
        "nobody reviewed; of a deployment\n"
        "(-c, or where DIR is one) pulled sources that no partner owns.\n"
        "未写的必备字段、无用的对照表、未复核的样例;部署目录中另查无对接方代表的取数来源。\n"
        "Examples 示例:\n  yht adapters lint zz-110\n  yht adapters lint zz-110 -c /etc/yihaotong\nExit codes 退出码: 0 nothing to ask, 3 "
        "something, 78 a manifest or partners.yaml is wrong."
    );
    commands.addSources(lint);
    commands.addPartners(lint);
    addFiles(commands);
    addTable(commands);
    addAdapterWork(*adapters, run);
}

}  // namespace yht::app
