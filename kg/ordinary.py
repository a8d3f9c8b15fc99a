"""Words that no name is made of alone: ordinary English, and what every text of the field says."""

from __future__ import annotations

_WORDS = """
a about above academic accelerate acceleration access accuracy achieve across act action activation active
adapt adaptation adapter adaptive add advanced advantage after again agency agent agentic aggregate ahead
aim algorithm align alignment all alternative always analysis analyst and annotation another answer any
anyone anything app append application apply approach arbiter arc architecture area arena argument array art
article artificial as ask aspect assemble assess assist assistant at atlas attend attention attribute
auction audio audit augment augmented author auto automatic automation autonomous average aware away axis
back backbone background balance bank base baseline basic batch batching beam before begin behavior
behaviour benchmark best better between beyond bias big bilingual binary bit black blend block blockchain
blog board body book boost bootstrap border both bottom boundary box brain branch brave breadth break bridge
brief bright bring broad budget buffer build builder building bundle business by cache caching calibrate
calibration call can capability capacity capture card care carry cascade case catalog cause cell center
central chain challenge change channel chapter character chart chat chatbot check checkpoint choice choose
chunk circle citation claim class classic classification classifier clean clear clerk click client climb
clone close cloud cluster coach code coding collaborative collect collection color combine command comment
commit common community compact company compare compass compile compiler complete completion complex
component compose composer composition compress compression compute computer computing concept condition
confidence confident config configuration connect connection consensus consistency constant constraint
construct consult content context continual continue continuous contrast control conversation convert
cookbook copilot core corpus correct correction cost count course cover craft create creation creative
critic critical critique cross crowd cryptography curate curriculum cursor curve custom cut cycle daily
dashboard data database dataset date day debate debug decide decision decoder decoding decompose deep
default define degree delay delta demo demonstration dense deploy deployment depth derive describe design
desktop detail detect detection determined develop developer development device diagram dialog dialogue
dictionary difference different difficulty diffusion digest dimension direct direction directory discover
discovery discussion distance distill distillation distilled distribution dive diverse diversity document
documentation domain double down download draft drag draw drive driver drop dual dynamic each early earth
easy echo economy edge edit editor education effect efficiency efficient effort embed embedding emerge
emotion empathy enable encode encoder end energy engine engineer engineering english enhance ensemble
enterprise entity entropy environment episode error essay estimate ethics eval evaluate evaluation evaluator
event every everyone everything evidence evolution evolve exact exam example exchange execute execution exit
expand experience experiment expert explain explanation exploration explore export express expression extend
extension extra extract extraction eye face fact factor factory fair family fast feature federated feed
feedback few field file filter final finance find fine finetune finetuning first fish fit fix flag flash
flexible float flow fluid focus fold follow for force forecast forest forge forget form format forward
foundation fraction frame framework free frequency friday friend from front frontier full function fusion
future gain game gap gate gateway general generate generation generative generator generic get give global
go goal golden good grade gradient grammar graph great green grid ground group grow growth guard guardrail
guidance guide hack hallucination hand handle handoff hard hardware hash head health heart heavy help
heuristic hidden hierarchical hierarchy high history home hope horizon host hub human hybrid hyper idea
identify identity image imitation impact implement implementation import improve in inception index
individual infer inference infinite infinity influence information infrastructure initial inner input insert
insight inspect inspiration inspire instance instruct instruction instructor integer integrate integration
intelligence intelligent intent interact interaction interactive interface internal international internet
interpret interpretability interview introduction invariant inverse it iteration join joint journal journey
judge jump just kernel key keyboard know knowledge knowledgebase lab label lake lambda landmark language
large last latency latent latest layer layout lead leader leaderboard lean learn learner learning length
lens lesson level library licence license life light lightning lightweight like limit line linear link list
listen literature live load local location log logic logit logprob long look lookahead loop loss low machine
made magic main make maker manage manager many map mask master match math mathematical matrix matter max
maximum mean measure measurement media medical medium meet mega member memory merge mesh message meta
metadata method metric micro middle milestone mind mini minimal minimum mirror mission mix mixed mixture
mobile modal mode model modeling modelling modern modular module moment monitor monitoring more most motion
move multi multilingual multimodal music must my naive name narrative native natural nature navigate near
need negative nest network networking neural new next node noise normal normalization notebook notice novel
now number object observe observer offline old on once one online only ontology open operation operator
opinion optimal optimization optimize optimizer option oracle orchestrate order organization origin original
other our out outlook output over overview own pack package page pair panel paper paragraph parallel
parallelism parameter parse parser part partial participate particle partition party pass patch path pathway
pattern pause pdf peer people perception perfect performance performer period person persona personal
perspective phase philosophy phone photo phrase physics pick picture piece pilot pipeline pivot place plain
plan planner planning platform play player plug plus point policy pool pop popular portal position positive
post potential power powerful practical practice precise precision predict prediction predictive preference
prefix prelude prepare preprocess present pretrain pretraining previous prime principle print prior private
probability probe problem procedure process processor produce product production profile program programming
progress progressive project promise prompt prompting proof property protocol prototype provide proxy prune
pruning public publication pure push python quality quantization quantize query quest question quick quiz
random range rank ranker ranking rapid rate ratio raw reach reaction read reader reading real realtime
reason reasoning recall recent recipe recognition recommend recommendation reconstruct record recover
recurrent recursive red reduce reference refine reflect reflection regression regular regularization
reinforce relation relative release relevance reliable remember remote render repair repeat repo report
repository represent representation request require requirement rerank research researcher reserve reset
residual resilience resolution resource response rest result retrieval retrieve retriever return reverse
review revise reward rewrite rewriter right ring rise risk road roadmap robot robotic robust robustness role
roll root round route router routing row rule run runtime safe safety sample sampler sampling save
scalability scalable scale scaling scan scenario schedule scheduler schema school science scientific
scientist scope score scratch screen script scroll search second secret section secure security see seed
seek segment select selection self semantic sensor sentence sentiment separate sequence serial series serve
server service serving session set setting setup shape share shared sharp shift short show side sigma sign
signal similar similarity simple simulate simulation simulator single site size sketch skill skip slice slow
small smart smooth snapshot social soft software solution solve solver source space spark sparse sparsity
spatial speak speaker special specialist specification spectrum speculative speech speed spell split spot
spread square stability stable stack staff stage standard star start state statement static statistic status
stay step stochastic stock stop storage store story strategy stream streaming strength strong structure
structured student studio study style sub subject success suite sum summarization summarize summary super
supervise supervised support surface survey sustainable switch symbol symbolic synthesis synthetic system
table tag take talk target task taxonomy teach teacher teaching team technical technique technology template
temporal tensor term test testing text textbook texture theory thing think thinking this thought thousand
thread throughput time tiny tip title to together token tokenization tokenizer tool toolbox toolkit top
topic total touch trace track tracker trade traffic train trainer training trajectory transfer transform
transformation transformer transition translate translation transparent travel tree trend trick trigger true
trust truth try tune tuning turn tutor tutorial type uncertainty under understand understanding unified
uniform unique unit unity universal universe unlearn unlearning update upgrade upon usage use user utility
validate validation value variable variant variety vector verification verifier verify version vertical
video view virtual vision visual visualization visualize voice void volume vote walk wall want watch
watermark watermarking wave way weak web website weight weighted what wide wild window wise with without
word work worker workflow workshop world write writer writing year yes you your zero zone
"""

# What every text of the field says; as parts of a name they tell nothing, either.
_FIELD = """
ai api apps arxiv asr attention base bf16 chat cli cms cpp cpu css cuda db docs dvd fp16 fp32 fp8 genai
github gps gpu gui hdd html http https huggingface ide instruct int4 int8 io ios ir iso it javascript json
kv linux llm llmops llms lm lms lora-style mac macos microsoft mixed ml mllm mlops nlp npu nvidia ocr os pc
pdf pr qa qr ram rest restful rl rnn sdk slm sms sota sql ssd ssm stt tpu transformer tts tv ui uri url usb
vlm vr vram wifi xml
"""

ORDINARY = frozenset(f"{_WORDS} {_FIELD}".split())
"""Words in small letters, most without their endings; see :func:`is_ordinary`."""


_ENDINGS = ("s", "es", "d", "ed", "r", "er", "ing", "ly")


def is_ordinary(word: str) -> bool:
    """Whether a word in small letters is an ordinary one, also with an ending.

    >>> is_ordinary("embeddings"), is_ordinary("gpus"), is_ordinary("running"), is_ordinary("django")
    (True, True, True, False)
    """
    if word in ORDINARY:
        return True
    stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
    forms = (
        form for stem in stems for form in (stem, f"{stem}e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem)
    )
    return any(form in ORDINARY for form in forms)
